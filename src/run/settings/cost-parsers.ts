import { fileKindOfName } from '../../rows/format.js';
import type { Deadline, ScoreSetting } from './cost-settings.js';
import { OptionError, parseDuration } from './option-parsers.js';

/** An amount of money or of credits, more than nothing; `$5` is understood. */
export function parseAmount(option: string, value: number | string): number {
  const [, digits] = /^[$€£]?(\d+(?:\.\d+)?)$/.exec(String(value).trim()) ?? [];
  const amount = typeof value === 'number' ? value : Number(digits);
  if (amount > 0 && Number.isFinite(amount)) return amount;
  throw new OptionError(`${option}: wanted an amount such as 5 or 0.50, got "${value}"`);
}

/** `06:00`, the next time that a clock here shows it, or `8h`, from the start on. */
export function parseDeadline(option: string, value: Deadline | string): Deadline {
  if (typeof value === 'object') return value;
  return deadlineOf(option, value);
}

function deadlineOf(option: string, text: string): Deadline {
  const [, hours, minutes] = /^(\d{1,2}):(\d{2})$/.exec(text) ?? [];
  if (hours !== undefined && Number(hours) < 24 && Number(minutes) < 60) {
    return { kind: 'at', hours: Number(hours), minutes: Number(minutes) };
  }
  try {
    if (/[a-z]$/.test(text)) return { kind: 'after', ms: parseDuration(option, text) };
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
  }
  throw new OptionError(`${option}: wanted a time such as 06:00, or a duration such as 8h, got "${text}"`);
}

/** Commander takes the word after an option with an optional value as that value, even if it was meant as the input. */
export function parseCache(text: string): string {
  if (text.trim() === '') throw new OptionError('--cache: wanted a folder, or none for the usual one');
  if (text === '-' || fileKindOfName(text) !== undefined) {
    throw new OptionError(
      `--cache: wanted a folder, got the file "${text}"; put it before the options, or --cache last`,
    );
  }
  return text;
}

export function parseMinScore(value: number | string): number {
  const score = Number(value);
  if (String(value).trim() !== '' && Number.isFinite(score)) return score;
  throw new OptionError(`--min-score: wanted a number such as 0.7, got "${value}"`);
}

/** `field:confidence`, `fabric:judge`, `module:./score.js`, `schema`. */
export function parseScore(value: ScoreSetting | string): ScoreSetting {
  return typeof value === 'object' ? value : scoreOf(value);
}

function scoreOf(text: string): ScoreSetting {
  if (text === 'schema') return { kind: 'schema' };
  const [, kind, rest] = /^(field|fabric|module):(.+)$/.exec(text) ?? [];
  if (
    (kind === 'field' || kind === 'fabric' || kind === 'module') &&
    rest !== undefined &&
    rest.trim() !== ''
  ) {
    return { kind, text: rest };
  }
  throw new OptionError(
    `--score: wanted field:<name>, fabric:<judge>, module:<file> or schema, got "${text}"`,
  );
}
