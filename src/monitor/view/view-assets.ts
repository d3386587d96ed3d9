import { readFileSync } from 'node:fs';

/** The scripts of a page of rows, as text: the page holds them, and fetches no other. */
export interface ViewAssets {
  /** Searches the rows that a page holds itself. */
  readonly heldScript: string;
  /** Shows rows and takes keys. */
  readonly viewScript: string;
}

/** Reads the scripts from beside this file. The build runs it (`build.ts`) and puts the texts into the program. */
export function readViewAssets(): ViewAssets {
  return {
    heldScript: read(new URL('./page/held-rows.js', import.meta.url)),
    viewScript: read(new URL('./page/view.js', import.meta.url)),
  };
}

/** A browser turns CRLF into LF before it hashes an element. */
function read(path: URL): string {
  return readFileSync(path, 'utf8').replaceAll('\r\n', '\n');
}
