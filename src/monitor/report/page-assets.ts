import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** What a page needs to draw its charts, as text: it is put into the page, which fetches nothing. */
export interface PageAssets {
  readonly plotScript: string;
  readonly plotStyle: string;
  /** It goes where uPlot goes. */
  readonly plotLicence: string;
  /** Our own part, which draws with it. */
  readonly chartScript: string;
}

/**
 * Reads uPlot from where it is installed, and our script from beside this file. The build runs it (`rolldown.config.ts`)
 * and puts what it reads into the program, which has neither.
 */
export function readPageAssets(): PageAssets {
  const uplot = dirname(createRequire(import.meta.url).resolve('uplot/package.json'));
  return {
    plotScript: read(join(uplot, 'dist', 'uPlot.iife.min.js')),
    plotStyle: read(join(uplot, 'dist', 'uPlot.min.css')),
    plotLicence: read(join(uplot, 'LICENSE')),
    chartScript: read(new URL('./page/charts.js', import.meta.url)),
  };
}

/** A browser makes one line end of CRLF before it takes an element's hash. */
function read(path: string | URL): string {
  return readFileSync(path, 'utf8').replaceAll('\r\n', '\n');
}
