import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The scripts and styles that draw a page's charts, as text: the page holds them, and fetches nothing. */
export interface PageAssets {
  readonly plotScript: string;
  readonly plotStyle: string;
  /** uPlot's licence must go with its code. */
  readonly plotLicence: string;
  /** Our script, which draws with uPlot. */
  readonly chartScript: string;
  /** Our script, which searches the failed rows. */
  readonly searchScript: string;
}

/**
 * Reads uPlot from its package, and our script from beside this file. The build runs it (`build.ts`) and puts
 * the texts into the program, which has neither file.
 */
export function readPageAssets(): PageAssets {
  const uplot = dirname(createRequire(import.meta.url).resolve('uplot/package.json'));
  return {
    plotScript: read(join(uplot, 'dist', 'uPlot.iife.min.js')),
    plotStyle: read(join(uplot, 'dist', 'uPlot.min.css')),
    plotLicence: read(join(uplot, 'LICENSE')),
    chartScript: read(new URL('./page/charts.js', import.meta.url)),
    searchScript: read(new URL('./page/search.js', import.meta.url)),
  };
}

/** A browser turns CRLF into LF before it hashes an element. */
function read(path: string | URL): string {
  return readFileSync(path, 'utf8').replaceAll('\r\n', '\n');
}
