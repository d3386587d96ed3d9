import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { openInput } from '../../run/plan/input.js';
import { settingsOfInput } from '../../run/settings/settings-of-options.js';
import { withoutUndefined } from '../../run/settings/without-undefined.js';
import type { Asked } from './asked.js';

/** The columns of the file of rows that a line names; none where there is none, or it cannot be read. */
export async function columnsOfInput(asked: Asked): Promise<readonly string[]> {
  const input = textOf(asked, '--input') ?? asked.positionals[0];
  if (input === undefined) return [];
  try {
    // Standard input and pipes would be read away from the command that is being typed.
    if (!(await stat(input)).isFile()) return [];
    const settings = { ...settingsOfInput(readingOptions(asked)), input, badRows: 'dead-letter' } as const;
    const { look } = await openInput(settings, Readable.from([]));
    return look.columns.filter((name) => name !== '');
  } catch {
    return [];
  }
}

/** How the file is written, as far as the line says it. */
function readingOptions(asked: Asked) {
  return withoutUndefined({
    format: textOf(asked, '--format'),
    delimiter: textOf(asked, '--delimiter'),
    encoding: textOf(asked, '--encoding'),
    quote: textOf(asked, '--quote'),
    escape: textOf(asked, '--escape'),
    skipLines: textOf(asked, '--skip-lines'),
  });
}

function textOf({ given }: Asked, name: string): string | undefined {
  const value = given.get(name);
  return typeof value === 'string' ? value : undefined;
}
