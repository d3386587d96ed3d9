import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** What a thread runs, and how it is started. */
export interface ThreadProgram {
  readonly file: string;
  /** The options of Node that it needs. */
  readonly execArgv: readonly string[];
}

/**
 * The program of a thread that stands beside a file: built, or as it is written where all runs from source.
 *
 * @param name without an extension; also the name of the program in `build.ts`
 * @param beside the URL of the file that asks
 * @example
 * const program = threadProgram('local-thread', import.meta.url);
 */
export function threadProgram(name: string, beside: string): ThreadProgram {
  if (!beside.endsWith('.ts')) return { file: fileURLToPath(new URL(`${name}.cjs`, beside)), execArgv: [] };
  return {
    file: fileURLToPath(new URL(`${name}.ts`, beside)),
    execArgv: ['--import', readsTypeScript(beside)],
  };
}

/** A module that has Node read TypeScript in its thread, whatever does so in this one. */
function readsTypeScript(beside: string): string {
  // What `require` finds for tsx/esm/api itself looks for its parts in a folder that is not there.
  const root = pathToFileURL(createRequire(beside).resolve('tsx/package.json'));
  const register = JSON.stringify(new URL('dist/esm/api/index.mjs', root));
  const program = `import { register } from ${register}; register();`;
  return `data:text/javascript,${encodeURIComponent(program)}`;
}
