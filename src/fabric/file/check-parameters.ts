import { isDeepStrictEqual } from 'node:util';
import { ExactNumber } from '../../json/exact-number.js';
import { looksLikeKey } from './key-looks.js';
import type { Path } from './yaml-source.js';

export interface FieldProblem {
  readonly path: Path;
  readonly text: string;
}

const KEY_NAME =
  /^(?:x-)?(?:(?:api|access|secret|auth)[-_]?)?(?:key|token|secret|password|authorization|bearer)$/i;

/** Parameters that batchai sets itself, each with the field that decides it. */
const OURS: Readonly<Record<string, string>> = {
  model: 'it has a field of its own: model',
  messages: 'they are made of system and prompt',
  prompt: 'it has a field of its own: prompt',
  system: 'it has a field of its own: system',
};
/** Parameters that shape the answer. */
const SHAPES = [
  ...['response_format', 'output_config', 'output_format'],
  ...['tools', 'tool_choice', 'functions', 'function_call'],
];

/** The parameters that would break the run, or hold a key. */
export function parameterProblems(parameters: object, hasOutput: boolean): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const refuse = (name: string, text: string) => problems.push({ path: ['parameters', name], text });
  for (const [name, value] of Object.entries(parameters)) {
    const ours = OURS[name];
    if (ours !== undefined) refuse(name, ours);
    else if (KEY_NAME.test(name)) refuse(name, 'a key has no place in a file: keyEnv names its variable');
    else if (name === 'stream' && value !== false) refuse(name, 'wanted no stream: answers are read whole');
    else if (name === 'n' && !isDeepStrictEqual(value, 1)) refuse(name, 'wanted 1: a row has one answer');
    else if (hasOutput && SHAPES.includes(name) && !isWithoutFormat(name, value))
      refuse(name, 'it would stand against output, which shapes the answer');
  }
  return [...problems, ...keysIn(parameters, ['parameters'])];
}

/** Anthropic's `output_config` holds other settings too, such as the effort of a thinking model. */
function isWithoutFormat(name: string, value: unknown): boolean {
  return name === 'output_config' && typeof value === 'object' && value !== null && !('format' in value);
}

/** Values that look like keys, at any depth. */
function keysIn(value: unknown, path: Path): FieldProblem[] {
  if (typeof value === 'string') {
    const words = value.split(/\s+/);
    return words.some(looksLikeKey)
      ? [{ path, text: 'it looks like a key, which has no place in a file: keyEnv names its variable' }]
      : [];
  }
  if (typeof value !== 'object' || value === null || value instanceof ExactNumber) return [];
  return Object.entries(value).flatMap(([name, member]) => keysIn(member, [...path, name]));
}
