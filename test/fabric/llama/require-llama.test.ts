import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { LlamaSetUpError } from '../../../src/fabric/llama/llama-set-up-error.js';
import { checkModelFile, requireLlama } from '../../../src/fabric/llama/require-llama.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { tinyModel } from '../../support/tiny-gguf.js';
import { standInLlama } from './stand-in-llama.js';

/** As `import` fails. */
function moduleNotFound(message: string): Error {
  return Object.assign(new Error(message), { code: 'ERR_MODULE_NOT_FOUND' });
}

async function errorOf(checking: Promise<unknown>): Promise<LlamaSetUpError> {
  const error = await checking.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(LlamaSetUpError);
  const { kind, message } = error as LlamaSetUpError;
  expect(message).toMatch(/^[^\n]+$/);
  return { kind, message } as LlamaSetUpError;
}

describe('the package node-llama-cpp', () => {
  const HOW_TO_ADD_IT =
    'provider llama needs the package node-llama-cpp, which batchai does not install by itself: npm install node-llama-cpp (with -g where batchai was installed with -g)';

  it.skipIf(existsSync('node_modules/node-llama-cpp'))('is missing, and how to add it is said', async () => {
    // Vite imports otherwise than Node.js does.
    const script = join(await temporaryFolder(), 'require.ts');
    const source = new URL('../../../src/fabric/llama/require-llama.ts', import.meta.url).href;
    await writeFile(
      script,
      `import { requireLlama } from '${source}';
       requireLlama().catch((error) => console.log(JSON.stringify([error.name, error.kind, error.message])));`,
    );

    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script]);

    expect(JSON.parse(stdout)).toEqual(['LlamaSetUpError', 'not-installed', HOW_TO_ADD_IT]);
  });

  it('is missing from where batchai is', async () => {
    const error = moduleNotFound("Cannot find package 'node-llama-cpp' imported from /dist/x.js");

    expect(await errorOf(requireLlama(() => Promise.reject(error)))).toEqual({
      kind: 'not-installed',
      message: HOW_TO_ADD_IT,
    });
  });

  it('is there, and broken', async () => {
    const error = moduleNotFound(
      "Cannot find package 'ipull'\nimported from /node_modules/node-llama-cpp/x.js",
    );

    expect(await errorOf(requireLlama(() => Promise.reject(error)))).toEqual({
      kind: 'unusable',
      message:
        "the package node-llama-cpp cannot be loaded: Cannot find package 'ipull' imported from /node_modules/node-llama-cpp/x.js",
    });
  });

  it('is there in another version', async () => {
    const error = await errorOf(requireLlama(async () => ({ LlamaChatSession: class {} })));

    expect(error.kind).toBe('unusable');
    expect(error.message).toContain('npm install node-llama-cpp@3');
  });

  it('has no binary for this machine', async () => {
    const { load } = standInLlama({ start: () => Promise.reject(new Error('NoBinaryFoundError')) });

    const error = await errorOf(requireLlama(load));

    expect(error.kind).toBe('unusable');
    expect(error.message).toContain('npx --no node-llama-cpp source download');
  });

  it('runs here: it was started, without a model', async () => {
    const { load, record } = standInLlama();

    await requireLlama(load);

    expect(record.starts).toEqual([expect.objectContaining({ dryRun: true, build: 'never' })]);
    expect(record.contexts).toEqual([]);
  });
});

describe('a model file', () => {
  it('that is one is taken', async () => {
    const path = join(await temporaryFolder(), 'tiny.gguf');
    await writeFile(path, tinyModel());

    await expect(checkModelFile(path)).resolves.toBeUndefined();
  });

  it.each([
    ['', 'it is empty'],
    ['GG', 'it does not begin with GGUF'],
    ['version https://git-lfs.github.com/spec/v1\n', 'it does not begin with GGUF'],
  ])('that holds "%s" is refused', async (content, reason) => {
    const path = join(await temporaryFolder(), 'model.gguf');
    await writeFile(path, content);

    expect(await errorOf(checkModelFile(path))).toEqual({
      kind: 'model-file',
      message: `${path}: not a GGUF file: ${reason}`,
    });
  });

  it('that is not there is refused', async () => {
    const path = join(await temporaryFolder(), 'model.gguf');

    expect((await errorOf(checkModelFile(path))).message).toBe(`${path}: not a model: there is no such file`);
  });

  it('that is a folder is refused', async () => {
    const path = join(await temporaryFolder(), 'model.gguf');
    await mkdir(path);

    expect((await errorOf(checkModelFile(path))).message).toBe(`${path}: not a model: it is a folder`);
  });

  it.skipIf(process.getuid?.() === 0)('that may not be read is refused', async () => {
    const path = join(await temporaryFolder(), 'model.gguf');
    await writeFile(path, tinyModel());
    await chmod(path, 0);

    expect((await errorOf(checkModelFile(path))).message).toBe(
      `${path}: not a model: no permission to read it`,
    );
  });
});
