import type { PagesAddress } from '../monitor/served-pages.js';
import { OptionError } from '../run/settings/option-parsers.js';

/** Metrics are for this machine alone, unless another address is named. */
const LOOPBACK = '127.0.0.1';

/** `9464`, `0.0.0.0:9464`, `[::1]:9464`; port 0 is any that is free. */
export function parseAddress(option: string, text: string): PagesAddress {
  const [, six, name, digits] = /^(?:(?:\[([\da-fA-F:.]+)\]|([\w.-]+)):)?(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (port <= 65_535) return { host: six ?? name ?? LOOPBACK, port };
  throw new OptionError(
    `${option}: wanted a port such as 9464, or 0.0.0.0:9464 or [::1]:9464, got "${text}"`,
  );
}

/** A URL of a webhook. The message leaves it out: most of it is a password. */
export function parseWebhook(option: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return text;
  throw new OptionError(`${option}: wanted a URL that begins with https:// or http://`);
}

/** `10%`, as a share of 1. A number alone could be either. */
export function parseShare(option: string, text: string): number {
  const [, amount] = /^(\d+(?:\.\d+)?)\s*%$/.exec(text) ?? [];
  const share = Number(amount) / 100;
  if (share < 1) return share;
  throw new OptionError(`${option}: wanted a share below 100%, such as 10%, got "${text}"`);
}

/** A factor above 1. */
export function parseFactor(option: string, text: string): number {
  const factor = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (factor > 1) return factor;
  throw new OptionError(`${option}: wanted a number above 1, such as 1.5, got "${text}"`);
}

/** Not empty, as the value of an unset variable is. The message leaves it out. */
export function parseText(option: string, text: string): string {
  if (text.trim() !== '') return text;
  throw new OptionError(`${option}: got an empty value`);
}
