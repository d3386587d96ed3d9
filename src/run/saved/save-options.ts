import { dirname, relative } from 'node:path';
import type { JsonObject, JsonValue } from '../../rows/row.js';
import type { GivenOptions } from '../settings/given-options.js';
import { isKept, OPTION_KEEPING } from './option-keeping.js';

/** What a checkpoint holds of the options of a start. */
export interface OptionsToSave {
  readonly options: JsonObject;
  /** Names of those that are left out because they hold a secret. */
  readonly withheld: string[];
}

/**
 * The options of a start as a checkpoint keeps them: without secrets, and with paths as seen from the output.
 *
 * @example
 * saveOptions({ input: '/data/in.csv', alert: ['https://hooks.slack.com/x'], … }, '/data/out.csv');
 * // { options: { input: 'in.csv', … }, withheld: ['alert'] }
 */
export function saveOptions(given: Partial<GivenOptions>, output: string): OptionsToSave {
  const fromOutput = (path: string) => relative(dirname(output), path);
  const options: JsonObject = {};
  const withheld: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    if (!isKept(name) || value === undefined) continue;
    const kept = saved(name, value, fromOutput);
    if (kept === undefined) withheld.push(name);
    else if (!(name === 'input' && value === '-')) options[name] = kept;
  }
  return { options, withheld };
}

type Given = NonNullable<GivenOptions[keyof GivenOptions]>;

/** Undefined where it is a secret. */
function saved(
  name: keyof typeof OPTION_KEEPING,
  value: Given,
  fromOutput: (path: string) => string,
): JsonValue | undefined {
  switch (OPTION_KEEPING[name]) {
    case 'path':
      return typeof value === 'string' && value !== NONE ? fromOutput(value) : plain(value);
    case 'fabric':
      return Array.isArray(value)
        ? value.map((one) => movedFabric(String(one), fromOutput))
        : movedFabric(String(value), fromOutput);
    case 'scorer':
      return savedScorer(value, fromOutput);
    case 'address':
      return hasLogin(String(value)) ? undefined : String(value);
    case 'secret':
      return [value].flat().every((one) => typeof one === 'string' && isHarmless(one))
        ? plain(value)
        : undefined;
    default:
      return plain(value);
  }
}

/** Takes back what an option would else have. */
const NONE = 'none';

/** `none`, or the name of a variable. */
function isHarmless(text: string): boolean {
  return text === NONE || /^env:\w+$/.test(text);
}

/** `--fabric` with its path seen from elsewhere, where it is one: `local:` before a model's path stays. */
export function movedFabric(text: string, move: (path: string) => string): string {
  const [, local = '', path = ''] = /^(local:)?(.*\.(?:ya?ml|gguf))$/is.exec(text.trim()) ?? [];
  return path === '' ? text : `${local}${move(path)}`;
}

function savedScorer(value: Given, fromOutput: (path: string) => string): JsonValue {
  const [kind, text] =
    typeof value === 'object' && 'kind' in value && 'text' in value
      ? [value.kind, value.text]
      : (/^(fabric|module):(.*)$/s.exec(String(value)) ?? ['', '', '']).slice(1);
  if (text === undefined || text === '') return plain(value);
  if (kind === 'module') return `module:${fromOutput(text)}`;
  return kind === 'fabric' ? `fabric:${movedFabric(text, fromOutput)}` : plain(value);
}

/** A password may hold anything, unescaped too. */
function hasLogin(url: string): boolean {
  return /^[a-z][a-z\d+.-]*:\/\/[\s\S]*@/i.test(url);
}

/** As JSON: values that code gave may have undefined fields. */
function plain(value: Given): JsonValue {
  return JSON.parse(JSON.stringify(value));
}
