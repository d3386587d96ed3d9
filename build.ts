import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type ModuleInfo, type Plugin } from 'rolldown';
import { readPageAssets } from './src/monitor/report/page-assets.js';
import { readViewAssets } from './src/monitor/view/view-assets.js';
import { VERSION } from './src/version.js';

/**
 * `npm run build` puts the program and the library, with all packages that they use, into dist/: `main.cjs` is the
 * command line, `index.cjs` the library, the programs of threads have a file each, and what only some commands need is
 * loaded when they need it. It calls
 * Rolldown's API because Rolldown's command line prints a line for each of some 260 files, whatever its log level.
 *
 * The files are CommonJS, which Node 20 loads in two thirds of the time of as many ES modules; `index.js` hands the
 * library on as an ES module.
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
  // Optional peers: they have binaries of their own, and are installed beside batchai for models in files and for
  // pictures that are to be made smaller.
  external: ['node-llama-cpp', 'sharp'],
  plugins: [
    asConstant(
      'src/monitor/report/page-assets.ts',
      () => `readPageAssets = () => (${JSON.stringify(readPageAssets())})`,
    ),
    asConstant(
      'src/monitor/view/view-assets.ts',
      () => `readViewAssets = () => (${JSON.stringify(readViewAssets())})`,
    ),
    asConstant('src/version.ts', () => `VERSION = ${JSON.stringify(VERSION)}`),
    // Our clients speak HTTP/1.1 and send texts and files: 0.2 MB of undici, and Node's http2, would be loaded for nothing.
    without('undici/lib/dispatcher/client-h2.js', 'HTTP/2'),
    without('undici/lib/web/fetch/body.js', 'bodies of fetch'),
    // Commander starts subcommands that are programs of their own: we have none.
    replaced('commander/lib/command.js', "require('node:child_process')", '{}'),
    moduleOf('index'),
    licences('THIRD-PARTY-LICENSES.txt', ['uplot']),
  ],
  output: {
    dir: 'dist',
    cleanDir: true,
    format: 'cjs',
    // No folders: package.json is one level above each file.
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name]-[hash].cjs',
    codeSplitting: {
      // One file each for what every command loads, what every run loads, and the client of services: each file costs
      // a run as much as 20 KB of code.
      groups: [
        together('start', 'src/cli/process-io.ts', 3),
        together('run', 'src/cli/commands/run.ts', 2),
        together('http', 'src/fabric/promptha/promptha-fabric.ts', 1),
      ],
    },
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

interface Graph {
  getModuleInfo(id: string): Pick<ModuleInfo, 'importedIds'> | null;
}

/** Puts a module and all that it imports, except by `import()`, into one file. */
function together(name: string, entry: string, priority: number) {
  let reached: ReadonlySet<string> | undefined;
  return {
    debugName: name,
    priority,
    name: (id: string, graph: Graph) => {
      reached ??= reachedFrom(join(import.meta.dirname, entry), graph);
      return reached.has(id) ? name : null;
    },
  };
}

function reachedFrom(entry: string, graph: Graph): ReadonlySet<string> {
  const reached = new Set([entry]);
  for (const id of reached)
    for (const imported of graph.getModuleInfo(id)?.importedIds ?? []) reached.add(imported);
  return reached;
}

/** Leaves out a part of a package that the program never calls. */
function without(path: string, what: string): Plugin {
  return {
    name: `without ${path}`,
    load: {
      filter: { id: asFilter(path) },
      handler: () =>
        `const missing = () => { throw new Error('${what}: not in this build'); };\nmodule.exports = Object.assign(missing, { extractBody: missing });`,
    },
  };
}

/**
 * Replaces a piece of code of a package.
 *
 * @throws Error where it is not there: another version has to be looked at.
 */
function replaced(path: string, code: string, by: string): Plugin {
  return {
    name: `replaced in ${path}`,
    transform: {
      filter: { id: asFilter(path) },
      handler: (text) => {
        if (!text.includes(code)) throw new Error(`${path}: wanted ${code}, found none`);
        // On the same line: the map of the package holds.
        return { code: text.replace(code, by), map: null };
      },
    },
  };
}

/** Matches the ids of a module, on all systems. */
function asFilter(path: string): RegExp {
  return new RegExp(`${path.replaceAll('/', String.raw`[\\/]`).replaceAll('.', String.raw`\.`)}$`);
}

/** Replaces a module that reads files by one that has what it read, now. */
function asConstant(path: string, code: () => string): Plugin {
  return {
    name: `constant ${path}`,
    load: {
      filter: { id: asFilter(path) },
      handler: () => `export const ${code()};`,
    },
  };
}

/** Writes an ES module with the exports of an entry: Node itself finds the names in a minified file only in part. */
function moduleOf(entry: string): Plugin {
  return {
    name: 'module',
    generateBundle(_, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk' || !chunk.isEntry || chunk.name !== entry) continue;
        const source = `import entry from './${chunk.fileName}';\n\nexport const { ${chunk.exports.join(', ')} } = entry;\n`;
        this.emitFile({ type: 'asset', fileName: `${entry}.js`, source });
      }
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
