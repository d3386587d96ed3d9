import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { LoadLlama } from '../../../src/fabric/llama/require-llama.js';

export type RealLlama =
  | { readonly kind: 'found'; readonly load: LoadLlama }
  | { readonly kind: 'missing'; readonly why: string };

const ENTRY = join('node_modules', 'node-llama-cpp', 'dist', 'index.js');

/** The package, from the project or from the folder that BATCHAI_LLAMA_MODULES names (the one with node_modules in it). */
export function findRealLlama(): RealLlama {
  const named = process.env.BATCHAI_LLAMA_MODULES;
  const entry = [...(named ? [named] : []), '.'].map((folder) => join(folder, ENTRY)).find(existsSync);
  if (entry !== undefined) return { kind: 'found', load: () => import(pathToFileURL(entry).href) };
  return {
    kind: 'missing',
    why: named
      ? `node-llama-cpp is not in ${join(named, 'node_modules')}`
      : 'node-llama-cpp is not installed, and BATCHAI_LLAMA_MODULES does not say where it is',
  };
}
