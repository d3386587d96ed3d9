import { dirname, join } from 'node:path';
import { type KeptOptions, OPTION_KEEPING } from './option-keeping.js';
import { movedFabric } from './save-options.js';

/** The options as a run would be given them now, with paths as seen from here. */
export function restoreOptions(saved: KeptOptions, output: string): KeptOptions {
  const here = (path: string) => join(dirname(output), path);
  const restored = Object.entries(saved).map(([name, value]) => [name, restoredValue(name, value, here)]);
  return { ...saved, ...Object.fromEntries(restored) };
}

function restoredValue(name: string, value: unknown, here: (path: string) => string): unknown {
  const fabric = (text: unknown) => (typeof text === 'string' ? movedFabric(text, here) : text);
  switch (Object.entries(OPTION_KEEPING).find(([known]) => known === name)?.[1]) {
    case 'path':
      return typeof value === 'string' && value !== 'none' ? here(value) : value;
    case 'fabric':
      return Array.isArray(value) ? value.map(fabric) : fabric(value);
    case 'scorer': {
      const [, kind = '', text = ''] = /^(fabric|module):(.*)$/s.exec(String(value)) ?? [];
      if (kind === '') return value;
      return `${kind}:${kind === 'module' ? here(text) : fabric(text)}`;
    }
    default:
      return value;
  }
}
