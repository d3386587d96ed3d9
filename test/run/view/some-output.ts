import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ViewQuery } from '../../../src/monitor/view/view-forms.js';
import { findOutput } from '../../../src/run/view/find-output.js';
import { OpenedOutput } from '../../../src/run/view/opened-output.js';
import { processes } from '../../../src/this-process.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

/** A file of rows in a folder of its own, with dead letters where some are given. */
export async function someOutput(
  name: string,
  text: string | Buffer,
  letters: readonly object[] = [],
): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, text);
  if (letters.length > 0) await appendLetters(path, letters);
  return path;
}

export async function appendLetters(output: string, letters: readonly object[]): Promise<void> {
  const lines = letters.map((letter) => `${JSON.stringify(letter)}\n`);
  await appendFile(`${output}.dead-letters.jsonl`, lines.join(''));
}

export function letter(row: number, kind: string, message = 'no'): object {
  return { row, item: {}, fabricId: 'f', error: { kind, message }, attempts: 1, failedAt: '' };
}

/** The same, open, with all of its rows known. */
export async function openedOutput(...some: Parameters<typeof someOutput>): Promise<OpenedOutput> {
  const opened = await OpenedOutput.open(await findOutput({ output: await someOutput(...some) }, processes));
  await opened.index();
  return opened;
}

export function query(asked: Partial<ViewQuery>): ViewQuery {
  return { words: '', state: 'all', equals: {}, ...asked };
}
