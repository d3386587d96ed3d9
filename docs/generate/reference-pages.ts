import { buildProgram } from '../../src/cli/program.js';
import { cliPage } from './cli-page.js';
import { exitCodesPage } from './exit-codes-page.js';
import { jsonPage } from './json-page.js';
import { manPage } from './man-page.js';

/** The pages of docs/reference/: their text by file name. The same source gives the same bytes. */
export function referencePages(): ReadonlyMap<string, string> {
  return new Map([
    ['batchai.1', manPage(buildProgram())],
    ['cli.md', cliPage(buildProgram())],
    ['exit-codes.md', exitCodesPage()],
    ['json.md', jsonPage()],
  ]);
}
