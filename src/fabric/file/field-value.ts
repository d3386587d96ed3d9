import { ExactNumber } from '../../json/exact-number.js';
import type { Path } from './yaml-source.js';

const MAX_SHOWN = 60;

/** The value at a path; undefined where there is none. */
export function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, step) => (typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined),
    root,
  );
}

/** A value in a message, in few words. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (value instanceof ExactNumber) return value.digits;
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  const text = JSON.stringify(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

/** A path as people write it: `output.properties.label.enum[2]`. */
export function pathText(path: Path): string {
  return path
    .map((step, index) =>
      typeof step === 'number' || /^\d+$/.test(String(step))
        ? `[${String(step)}]`
        : `${index === 0 ? '' : '.'}${String(step)}`,
    )
    .join('');
}
