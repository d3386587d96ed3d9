import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'rolldown';
import { readPageAssets } from './src/monitor/report/page-assets.js';

/**
 * `npm run build` puts the program and the library, with all packages that they use, into dist/: `main.js` is the
 * command line, `index.js` the library, the programs of threads have a file each, and what only some commands need is
 * loaded when they need it. It calls Rolldown's API because Rolldown's command line prints a line for each of some 260 files, whatever its log level.
 */
await build({
  input: {
    main: 'src/cli/process-io.ts',
    index: 'src/index.ts',
    'local-thread': 'src/fabric/local/local-thread.ts',
    'count-thread': 'src/run/trial/count-thread.ts',
  },
  platform: 'node',
  logLevel: 'warn',
  // An optional peer: it has binaries of its own, and is installed beside batchai for models in files.
  external: ['node-llama-cpp'],
  plugins: [pageAssets(), licences('THIRD-PARTY-LICENSES.txt', ['uplot'])],
  output: {
    dir: 'dist',
    cleanDir: true,
    format: 'esm',
    // No folders: package.json is one level above each file.
    chunkFileNames: '[name]-[hash].js',
    // Maps name src/, which is in the package: they need not repeat it.
    sourcemap: true,
    sourcemapExcludeSources: true,
    minify: {
      // Errors of bullmq and ioredis are named for their classes, and stack traces stay readable.
      compress: { keepNames: { function: true, class: true } },
      mangle: { keepNames: { function: true, class: true } },
    },
  },
});

/** What a report draws its charts with, read now: uPlot and our script become texts of the program. */
function pageAssets(): Plugin {
  return {
    name: 'page-assets',
    load: {
      filter: { id: /src[\\/]monitor[\\/]report[\\/]page-assets\.ts$/ },
      handler: () => `export const readPageAssets = () => (${JSON.stringify(readPageAssets())});`,
    },
  };
}

/**
 * Writes name, version and licence of each package that is in the bundle.
 *
 * @param besides packages that are in it as text
 */
function licences(fileName: string, besides: readonly string[]): Plugin {
  return {
    name: 'licences',
    generateBundle(_, bundle) {
      const folders = new Set(besides.map((name) => join(import.meta.dirname, 'node_modules', name)));
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue;
        for (const id of chunk.moduleIds) {
          const [folder] = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(id) ?? [];
          if (folder !== undefined) folders.add(folder);
        }
      }
      const source = `${[...new Set([...folders].map(licenceOf))].sort().join(`\n${'-'.repeat(80)}\n\n`)}`;
      this.emitFile({ type: 'asset', fileName, source });
    },
  };
}

/** @throws Error where a package comes without a licence: it cannot be given on. */
function licenceOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const texts = readdirSync(folder)
    .filter((file) => /^(?:licen[cs]e|notice|copying)/i.test(file))
    .map((file) => readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim());
  if (typeof license !== 'string') throw new Error(`${folder}: wanted a licence in package.json`);
  return `${name} ${version} (${license})\n\n${texts.join('\n\n')}\n`;
}
