import { readFile, stat } from 'node:fs/promises';
import { whyUnreadable } from '../why-unreadable.js';

/** Prompts are short: what is larger is another kind of file. */
const MAX_BYTES = 1_000_000;

export type TextFile = { readonly text: string } | { readonly problem: string };

/** Reads a small file of UTF-8 text (with or without a byte order mark), or says why it can't be one. */
export async function readTextFile(path: string): Promise<TextFile> {
  try {
    // Checked before opening: opening a pipe blocks until something writes into it.
    const stats = await stat(path);
    if (stats.isDirectory()) return { problem: 'wanted a file, got a folder' };
    if (!stats.isFile()) return { problem: 'wanted a file, got something else (a pipe or a device?)' };
    if (stats.size > MAX_BYTES) return { problem: `wanted at most 1 MB, got ${stats.size} bytes` };
    return decode(await readFile(path));
  } catch (error) {
    return { problem: whyUnreadable(error) };
  }
}

function decode(bytes: Uint8Array): TextFile {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { problem: 'wanted UTF-8 text, got bytes that are none' };
  }
}
