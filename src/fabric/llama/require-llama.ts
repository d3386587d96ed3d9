import { open } from 'node:fs/promises';
import type { Llama, LlamaModule, LlamaOptions } from './llama-module.js';
import { LlamaSetUpError } from './llama-set-up-error.js';

/** Keeps llama.cpp's log off standard error, and the package from compiling llama.cpp where no binary fits. */
const LLAMA_OPTIONS: LlamaOptions = {
  gpu: 'auto',
  build: 'never',
  skipDownload: true,
  progressLogs: false,
  logLevel: 'disabled',
  logger: () => {},
};

/** Imports the package; rejects as `import` does. */
export type LoadLlama = () => Promise<unknown>;

/** In a variable: TypeScript resolves the types of a literal name, and the package may not be installed. */
const PACKAGE: string = 'node-llama-cpp';

const importLlama: LoadLlama = () => import(PACKAGE);

/**
 * Loads node-llama-cpp and sees that it can run here, in about half a second; no model is touched.
 *
 * @throws LlamaSetUpError `not-installed`, or `unusable`
 */
export async function requireLlama(load?: LoadLlama): Promise<void> {
  const module = await loadLlama(load);
  await startLlama(module, { dryRun: true });
}

/** @throws LlamaSetUpError `not-installed`, or `unusable` where it is broken or of another version. */
export async function loadLlama(load: LoadLlama = importLlama): Promise<LlamaModule> {
  const module = await loadPackage(load);
  if (isLlamaModule(module)) return module;
  throw new LlamaSetUpError(
    'unusable',
    `the ${PACKAGE} that is installed is not of version 3: npm install ${PACKAGE}@3`,
  );
}

/** @throws LlamaSetUpError `unusable` where no binary runs on this machine. */
export async function startLlama(module: LlamaModule, options: StartOptions): Promise<Llama> {
  try {
    return await module.getLlama({ ...LLAMA_OPTIONS, ...options });
  } catch (error) {
    throw unusable(error);
  }
}

export type StartOptions = Pick<LlamaOptions, 'maxThreads' | 'dryRun'>;

async function loadPackage(load: LoadLlama): Promise<unknown> {
  try {
    return await load();
  } catch (error) {
    if (isMissing(error)) {
      throw new LlamaSetUpError(
        'not-installed',
        `provider llama needs the package ${PACKAGE}, which batchai does not install by itself: npm install ${PACKAGE} (with -g where batchai was installed with -g)`,
      );
    }
    throw new LlamaSetUpError('unusable', `the package ${PACKAGE} cannot be loaded: ${reasonOf(error)}`);
  }
}

/** True if the package itself is missing, and not one that it depends on. */
function isMissing(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === 'ERR_MODULE_NOT_FOUND' &&
    error.message.includes(`'${PACKAGE}'`)
  );
}

function isLlamaModule(value: unknown): value is LlamaModule {
  if (typeof value !== 'object' || value === null) return false;
  const functions = new Map<string, unknown>(Object.entries(value));
  return ['getLlama', 'resolveChatWrapper', 'LlamaChat'].every(
    (name) => typeof functions.get(name) === 'function',
  );
}

function unusable(error: unknown): LlamaSetUpError {
  const reason = reasonOf(error);
  return new LlamaSetUpError(
    'unusable',
    /NoBinaryFound/.test(reason)
      ? `${PACKAGE} has no binary that runs on this machine: install it with its optional packages, or build one with npx --no ${PACKAGE} source download`
      : `${PACKAGE} does not run on this machine: ${reason}`,
  );
}

/** Every GGUF file begins with it. (ggml-org/ggml, docs/gguf.md) */
const MAGIC = 'GGUF';

/**
 * Sees that a model's file can be read and begins as one.
 *
 * @throws LlamaSetUpError `model-file`
 */
export async function checkModelFile(path: string): Promise<void> {
  const beginning = await beginningOf(path);
  if (beginning === MAGIC) return;
  const is = beginning === '' ? 'it is empty' : `it does not begin with ${MAGIC}`;
  throw new LlamaSetUpError('model-file', `${path}: not a GGUF file: ${is}`);
}

async function beginningOf(path: string): Promise<string> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, 0);
      return buffer.toString('latin1', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const reason = (typeof code === 'string' && REASONS[code]) || `it cannot be read: ${reasonOf(error)}`;
    throw new LlamaSetUpError('model-file', `${path}: not a model: ${reason}`);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'no permission to read it',
  EPERM: 'no permission to read it',
};

/** One line. */
export function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').trim();
}
