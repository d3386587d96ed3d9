import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { answerCheck } from '../../../src/fabric/answer/answer-schema.js';
import type { LlamaDefinition } from '../../../src/fabric/definition.js';
import type { Fabric } from '../../../src/fabric/fabric.js';
import { type LlamaFabricOptions, openLlamaFabric } from '../../../src/fabric/llama/llama-fabric.js';
import type {
  ChatWrapper,
  LlamaModel,
  LlamaModule,
  LlamaOptions,
} from '../../../src/fabric/llama/llama-module.js';
import { promptlessLlama } from '../../../src/fabric/llama/promptless-llama.js';
import { type LoadLlama, requireLlama } from '../../../src/fabric/llama/require-llama.js';
import { fabricContract } from '../../contracts/fabric-contract.js';
import { tinyModel, writeTinyModel } from '../../support/tiny-gguf.js';
import { findRealLlama } from './real-llama.js';
import { callOf, llamaDefinition, render, SCHEMA } from './some-llama.js';

const REAL = findRealLlama();

describe.skipIf(REAL.kind === 'missing')('with the real node-llama-cpp and a tiny model', () => {
  let folder = '';
  let model = '';

  let load: LoadLlama;

  beforeAll(async () => {
    if (REAL.kind === 'found') load = await withOneLlama(REAL.load);
    folder = await mkdtemp(join(tmpdir(), 'batchai-llama-'));
    model = join(folder, 'tiny.gguf');
    await writeTinyModel(model, { contextTokens: 2_048 });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  function open(
    definition: Partial<LlamaDefinition> = {},
    options: Partial<LlamaFabricOptions> = {},
  ): Promise<Fabric> {
    return openLlamaFabric({
      definition: llamaDefinition(model, definition),
      render,
      concurrency: 2,
      timeoutMs: 60_000,
      load,
      ...options,
    });
  }

  async function opened(...options: Parameters<typeof open>): Promise<Fabric> {
    const fabric = await open(...options);
    onTestFinished(() => fabric.close());
    return fabric;
  }

  fabricContract('an on-device model', {
    open,
    failing: { inputs: { text: 'kettle '.repeat(400) }, kind: 'too-large' },
  });

  it('it is found to run here', async () => {
    if (REAL.kind === 'missing') throw new Error(REAL.why);

    await expect(requireLlama(REAL.load)).resolves.toBeUndefined();
  });

  describe('an answer', () => {
    it('is the same to the same prompt, whatever was asked before or beside it', async () => {
      const fabric = await opened();
      const alone = await fabric.run(callOf({ text: 'a kettle' }));

      await Promise.all(['mug', 'spoon', 'pan'].map((text, row) => fabric.run(callOf({ text }, row))));
      const [again, other] = await Promise.all([
        fabric.run(callOf({ text: 'a kettle' })),
        fabric.run(callOf({ text: 'a mug' })),
      ]);

      expect(again.answer).toBe(alone.answer);
      expect(other.answer).not.toBe(alone.answer);
    });

    it("is asked for with the file's own template, down to the system prompt that it begins with", async () => {
      const turns =
        "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}{% endfor %}" +
        "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";
      const beginning =
        "{% if messages[0]['role'] != 'system' %}{{ '<|im_start|>system\\nYou are a helpful assistant<|im_end|>\\n' }}{% endif %}";
      const tokensWith = async (name: string, chatTemplate: string) => {
        await writeTinyModel(join(folder, name), { contextTokens: 2_048, chatTemplate });
        const fabric = await opened({ model: join(folder, name) });
        return (await fabric.run(callOf({ text: 'a' }))).usage?.input ?? 0;
      };

      const plain = await tokensWith('plain.gguf', turns);
      const begun = await tokensWith('begun.gguf', beginning + turns);

      expect(begun - plain).toBeGreaterThan('You are a helpful assistant'.length / 2);
    });

    it('is the same from a model that was loaded again', async () => {
      const copy = join(folder, 'copy.gguf');
      await copyFile(model, copy);
      const [first, second] = [await opened(), await opened({ model: copy })];

      const call = () => callOf({ text: 'a kettle' });

      expect((await second.run(call())).answer).toBe((await first.run(call())).answer);
    });

    it('comes with its tokens', async () => {
      const fabric = await opened({ parameters: { max_tokens: 5 } });

      const short = await fabric.run(callOf({ text: 'a' }));
      const long = await fabric.run(callOf({ text: 'a kettle' }));

      expect(short.usage).toEqual({ input: expect.any(Number), output: 5 });
      // Each character of these is a token.
      expect(long.usage?.input).toBe((short.usage?.input ?? 0) + ' kettle'.length);
    });

    it('hangs on a seed where chance has a part in it', async () => {
      const withSeed = async (seed: number) => {
        const fabric = await opened({ parameters: { temperature: 1.5, seed } });
        return (await fabric.run(callOf({ text: 'a kettle' }))).answer;
      };

      const [one, same, other] = [await withSeed(1), await withSeed(1), await withSeed(2)];

      expect(same).toBe(one);
      expect(other).not.toBe(one);
    });

    it('ends before a text that stops it', async () => {
      const whole = String((await (await opened()).run(callOf({ text: 'a kettle' }))).answer);
      const stop = whole.slice(4, 6);
      const fabric = await opened({ parameters: { stop } });

      const { answer } = await fabric.run(callOf({ text: 'a kettle' }));

      expect(answer).toBe(whole.slice(0, whole.indexOf(stop)));
    });

    it('may begin where the last prompt began, and is counted so', async () => {
      const fabric = await opened({ parameters: { cache_prompt: true } }, { concurrency: 1 });

      const first = await fabric.run(callOf({ text: 'a kettle' }));
      const second = await fabric.run(callOf({ text: 'a kettle!' }));

      expect(first.usage).not.toHaveProperty('cached');
      expect(second.usage?.cached).toBeGreaterThan(10);
      expect(second.usage?.input).toBe((first.usage?.input ?? 0) + 1);
    });

    it('to a model without a prompt is one to its inputs', async () => {
      const definition = { ...promptlessLlama(model), parameters: { n_threads: 1, max_tokens: 10 } };
      const fabric = await opened(
        {},
        {
          definition: { ...definition, onTruncate: 'keep' },
          render: () => {
            throw new Error('not to be asked');
          },
        },
      );

      const { answer } = await fabric.run(callOf({ name: 'kettle' }));

      expect(answer).toMatch(/[a-z]/);
    });
  });

  describe('an answer with a schema', () => {
    const check = answerCheck(SCHEMA);

    it('has its form whatever the weights would rather say', async () => {
      const fabric = await opened({ output: SCHEMA, parameters: { max_tokens: 200 } });

      for (const text of ['a', 'a kettle', 'a mug, broken', '']) {
        const { answer } = await fabric.run(callOf({ text }));
        expect(check(JSON.parse(String(answer)))).toBeUndefined();
      }
    });

    it('has the form of a nested one', async () => {
      const output = {
        type: 'object',
        properties: {
          tags: { type: 'array', items: { $ref: '#/definitions/tag' }, minItems: 1, maxItems: 2 },
          size: { anyOf: [{ type: 'null' }, { type: 'object', properties: { big: { type: 'boolean' } } }] },
          title: { type: ['string', 'null'], maxLength: 10 },
        },
        required: ['tags', 'title'],
        definitions: { tag: { type: 'string', enum: ['x', 'y'] } },
      };
      const fabric = await opened({ output, parameters: { max_tokens: 250 } });

      const { answer } = await fabric.run(callOf({ text: 'a kettle' }));

      expect(answerCheck(output)(JSON.parse(String(answer)))).toBeUndefined();
    });

    it('is asked for in words where no grammar can say it', async () => {
      const output = { type: 'object', allOf: [{ required: ['a'] }] };
      const plain = await opened({ parameters: { max_tokens: 5 } });
      const worded = await opened({ output, parameters: { max_tokens: 5 } });

      const { usage: less } = await plain.run(callOf({ text: 'a' }));
      const { answer, usage: more } = await worded.run(callOf({ text: 'a' }));

      expect(answer).toMatch(/^[a-z ]+$/);
      expect((more?.input ?? 0) - (less?.input ?? 0)).toBeGreaterThan(JSON.stringify(output).length);
    });

    it('that was wrong is shown to the model again', async () => {
      const fabric = await opened({ output: SCHEMA, parameters: { max_tokens: 200 } });
      const repair = { answer: '{"mood":"fine"}', problem: 'mood: wanted good or bad' };

      const first = await fabric.run(callOf({ text: 'a' }));
      const repaired = await fabric.run(callOf({ text: 'a' }, 1, repair));

      expect(check(JSON.parse(String(repaired.answer)))).toBeUndefined();
      const told = repair.answer.length + repair.problem.length;
      expect((repaired.usage?.input ?? 0) - (first.usage?.input ?? 0)).toBeGreaterThan(told);
    });
  });

  describe('a limit of tokens', () => {
    it('cuts an answer off, and fails it', async () => {
      const fabric = await opened({ onTruncate: 'fail', parameters: { max_tokens: 3 } });

      await expect(fabric.run(callOf({ text: 'a' }))).rejects.toMatchObject({
        kind: 'truncated',
        message: 'the answer was cut off at 3 tokens: allow it more with parameters: max_tokens',
      });
    });

    it('leaves what there is of an answer where that is to be kept', async () => {
      const whole = String((await (await opened()).run(callOf({ text: 'a' }))).answer);
      const fabric = await opened({ onTruncate: 'keep', parameters: { max_tokens: 3 } });

      const { answer } = await fabric.run(callOf({ text: 'a' }));

      expect(answer).toBe(whole.slice(0, 3));
    });

    it('of the model itself fails an answer that would outgrow it, and nothing of the prompt is forgotten', async () => {
      const output = { type: 'object', properties: { a: { type: 'string', minLength: 490 } } };
      const fabric = await opened({
        output,
        onTruncate: 'fail',
        parameters: { max_tokens: 10_000, n_ctx: 512 },
      });

      await expect(fabric.run(callOf({ text: 'a' }))).rejects.toMatchObject({
        kind: 'truncated',
        message: expect.stringMatching(
          /^the answer was cut off at \d+ tokens: .*: allow more with parameters: n_ctx$/,
        ),
      });
    });

    it('of the model itself is met to the token', async () => {
      const fabric = await opened({ parameters: { max_tokens: 5, n_ctx: 512 } });
      const { usage } = await fabric.run(callOf({ text: '' }));
      const longest = 512 - 2 - (usage?.input ?? 0);

      const fits = await fabric.run(callOf({ text: 'a'.repeat(longest) }));

      expect(fits.usage).toEqual({ input: 510, output: 1 });
      await expect(fabric.run(callOf({ text: 'a'.repeat(longest + 1) }))).rejects.toMatchObject({
        kind: 'too-large',
        message: "the prompt has 511 tokens, and the model's context ends at 512 (parameters: n_ctx)",
      });
    });
  });

  describe('time and closing', () => {
    it('a call whose time is up fails, and its place is free again', async () => {
      const fabric = await opened({ parameters: { max_tokens: 400 } }, { concurrency: 1, timeoutMs: 1 });

      for (const row of [1, 2, 3]) {
        await expect(fabric.run(callOf({ text: 'a' }, row))).rejects.toMatchObject({
          kind: 'timeout',
          message: expect.stringMatching(/^no answer within 1 ms: /),
        });
      }

      expect(fabric.inFlight).toBe(0);
    });

    it('closing it aborts the calls at work and those that wait', async () => {
      const fabric = await opened({ parameters: { max_tokens: 400 } }, { concurrency: 2 });
      const calls = [1, 2, 3, 4].map((row) => fabric.run(callOf({ text: 'a' }, row)));
      const settled = Promise.allSettled(calls);
      expect(fabric.inFlight).toBe(4);

      await fabric.close();

      const kinds = (await settled).map((one) => one.status === 'rejected' && one.reason.kind);
      expect(kinds).toEqual(['aborted', 'aborted', 'aborted', 'aborted']);
      expect(fabric.inFlight).toBe(0);
    });

    it('nothing is written, and nothing keeps the process from ending', async () => {
      const script = join(folder, 'program.ts');
      const source = new URL('../../../src/fabric/llama/llama-fabric.ts', import.meta.url).href;
      const shared = new URL('./some-llama.ts', import.meta.url).href;
      const finder = new URL('./real-llama.ts', import.meta.url).href;
      await writeFile(
        script,
        `import { openLlamaFabric } from '${source}';
         import { callOf, llamaDefinition, render, SCHEMA } from '${shared}';
         import { findRealLlama } from '${finder}';
         async function main() {
           const definition = llamaDefinition(process.argv[2], { output: SCHEMA, parameters: { max_tokens: 200 } });
           const { load } = findRealLlama();
           const fabric = await openLlamaFabric({ definition, render, concurrency: 2, timeoutMs: 60_000, load });
           const { answer } = await fabric.run(callOf({ text: 'a kettle' }));
           await fabric.close();
           process.stdout.write(answer);
         }
         main();`,
      );

      const { stdout, stderr } = await promisify(execFile)(process.execPath, [
        '--import',
        'tsx',
        script,
        model,
      ]);

      expect(stderr).toBe('');
      expect(JSON.parse(stdout)).toHaveProperty('mood');
    });
  });

  describe('what cannot be loaded', () => {
    it('is named: a file that only begins as a model', async () => {
      const broken = join(folder, 'broken.gguf');
      await writeFile(broken, tinyModel().subarray(0, 5_000));

      await expect(open({ model: broken })).rejects.toMatchObject({
        kind: 'misconfigured',
        message: expect.stringContaining(`${broken}: the model cannot be loaded: `),
      });
    });
  });
});

/**
 * The package, with one binary for all tests, and each model loaded once: it starts processes to find the one, and tries
 * the template of the other with every wrapper that it knows. That a whole process begins and ends well has a test.
 */
async function withOneLlama(loadPackage: LoadLlama): Promise<LoadLlama> {
  const module = (await loadPackage()) as LlamaModule;
  const oneLlama = once(async (_key, options: LlamaOptions) => {
    const llama = await module.getLlama(options);
    const loadModel = once(async (_path, options: { readonly modelPath: string }) =>
      withOthers(await llama.loadModel(options), { dispose }),
    );
    return withOthers(llama, { dispose, loadModel: (options) => loadModel(options.modelPath, options) });
  });
  const wrappers = new WeakMap<LlamaModel, (type: string, options: WrapperOptions) => ChatWrapper>();
  return async () => ({
    ...module,
    getLlama: (options: LlamaOptions) => (options.dryRun ? module.getLlama(options) : oneLlama('', options)),
    resolveChatWrapper: (model: LlamaModel, options: WrapperOptions) => {
      const wrapperOf =
        wrappers.get(model) ??
        once((_type, options: WrapperOptions) => module.resolveChatWrapper(model, options));
      wrappers.set(model, wrapperOf);
      return wrapperOf(options.type, options);
    },
  });
}

type WrapperOptions = Parameters<LlamaModule['resolveChatWrapper']>[1];

/** Gives what was made for the key the first time. */
function once<Options, Made>(make: (key: string, options: Options) => Made) {
  const made = new Map<string, Made>();
  return (key: string, options: Options): Made => {
    const known = made.get(key) ?? make(key, options);
    made.set(key, known);
    return known;
  };
}

/** The next test needs it still. */
async function dispose(): Promise<void> {}

/** The object with some methods in place of its own. */
function withOthers<T extends object>(whole: T, others: Partial<T>): T {
  return new Proxy(whole, {
    get(target, name) {
      if (Reflect.has(others, name)) return Reflect.get(others, name);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
