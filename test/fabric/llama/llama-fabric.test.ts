import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CallError } from '../../../src/fabric/call-error.js';
import type { LlamaDefinition } from '../../../src/fabric/definition.js';
import type { Fabric } from '../../../src/fabric/fabric.js';
import { type LlamaFabricOptions, openLlamaFabric } from '../../../src/fabric/llama/llama-fabric.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { callOf, llamaDefinition, render, SCHEMA } from './some-llama.js';
import { endlessly, generated, type StandInBehaviour, standInLlama } from './stand-in-llama.js';

interface Opened {
  readonly fabric: Fabric;
  readonly record: ReturnType<typeof standInLlama>['record'];
}

async function opened(
  behaviour: StandInBehaviour = {},
  definition: Partial<LlamaDefinition> = {},
  options: Partial<LlamaFabricOptions> = {},
): Promise<Opened> {
  const { record, opening } = await openingOf(behaviour, definition, options);
  const fabric = await opening;
  onTestFinished(() => fabric.close());
  return { fabric, record };
}

async function openingOf(
  behaviour: StandInBehaviour,
  definition: Partial<LlamaDefinition> = {},
  options: Partial<LlamaFabricOptions> = {},
) {
  const model = join(await temporaryFolder(), 'model.gguf');
  await writeFile(model, 'GGUF');
  const { record, load } = standInLlama(behaviour);
  const opening = openLlamaFabric({
    definition: llamaDefinition(model, definition),
    render,
    concurrency: 2,
    timeoutMs: 60_000,
    load,
    ...options,
  });
  return { record, opening, model };
}

async function failingWith(text: string): Promise<never> {
  throw new Error(text);
}

describe('opening a model', () => {
  it('keeps the package quiet, and from building anything', async () => {
    const { record } = await opened();

    expect(record.starts).toEqual([
      expect.objectContaining({
        build: 'never',
        skipDownload: true,
        logLevel: 'disabled',
        progressLogs: false,
      }),
    ]);
  });

  it('takes as many threads as it is told', async () => {
    const { record } = await opened({}, { parameters: { n_threads: 3 } });

    expect(record.starts[0]?.maxThreads).toBe(3);
  });

  it('makes room for as many conversations as there are calls in flight', async () => {
    const few = await opened({}, {}, { concurrency: 7 });
    const many = await opened({}, { parameters: { n_ctx: 64 } }, { concurrency: 1_000 });

    expect(few.record.contexts).toEqual([{ sequences: 7, contextSize: { max: 8_192 } }]);
    expect(many.record.contexts).toEqual([{ sequences: 256, contextSize: 64 }]);
  });

  it.each([
    ['loadModel', ['llama']],
    ['createContext', ['model', 'llama']],
  ] as const)('says why it can not, and gives back what it took: %s', async (step, disposed) => {
    const { record, opening, model } = await openingOf({ [step]: () => failingWith('no\n  memory') });

    await expect(opening).rejects.toMatchObject({
      name: 'CallError',
      kind: 'misconfigured',
      message: expect.stringMatching(new RegExp(`^${model}: the model cannot be loaded: no memory`)),
    });
    expect(record.disposed).toEqual(disposed);
  });

  it('says what to take less of where memory does not suffice', async () => {
    const { opening } = await openingOf({ createContext: () => failingWith('too large for the RAM') });

    await expect(opening).rejects.toThrow(
      'too large for the RAM; take less with a lower --concurrency or parameters: n_ctx',
    );
  });
});

describe('the conversation', () => {
  it('is the prompt alone', async () => {
    const { fabric, record } = await opened();

    const { answer } = await fabric.run(callOf({ text: 'a kettle' }));

    expect(record.generations[0]?.history).toEqual([{ type: 'user', text: 'About: "a kettle"' }]);
    expect(answer).toBe('About: "a kettle"');
  });

  it('begins with the system text, and with the schema where there is one', async () => {
    const { fabric, record } = await opened(
      {},
      { output: SCHEMA },
      { render: () => ({ system: 'Be brief.', prompt: 'What is it?' }) },
    );

    await fabric.run(callOf({}));

    expect(record.generations[0]?.history).toEqual([
      { type: 'system', text: expect.stringMatching(/^Be brief\.\n\nAnswer with JSON only: .*"mood"/s) },
      { type: 'user', text: 'What is it?' },
    ]);
  });

  it('goes on with what was wrong with the last answer', async () => {
    const { fabric, record } = await opened();
    const repair = { answer: '{"mood":"fine"}', problem: 'mood: wanted good or bad' };

    await fabric.run(callOf({ text: 'a' }, 1, repair));

    expect(record.generations[0]?.history.slice(1)).toEqual([
      { type: 'model', response: ['{"mood":"fine"}'] },
      { type: 'user', text: expect.stringContaining('mood: wanted good or bad') },
    ]);
  });

  it('begins anew for every row', async () => {
    const { fabric, record } = await opened({}, {}, { concurrency: 1 });

    await fabric.run(callOf({ text: 'a' }, 1));
    await fabric.run(callOf({ text: 'b' }, 2));

    expect(record.clearings).toBe(2);
    expect(record.generations[1]?.history).toEqual([{ type: 'user', text: 'About: "b"' }]);
  });

  it('may keep the beginning that it has in common with the last', async () => {
    const { fabric, record } = await opened({}, { parameters: { cache_prompt: true } });

    await fabric.run(callOf({ text: 'a' }));

    expect(record.clearings).toBe(0);
  });
});

describe('an answer', () => {
  it('is held to its schema by a grammar', async () => {
    const { fabric, record } = await opened({}, { output: SCHEMA });

    await fabric.run(callOf({ text: 'a' }));

    expect(record.grammars).toEqual([expect.objectContaining({ type: 'object' })]);
    expect(record.generations[0]?.options.grammar).toEqual({ grammar: 'root' });
  });

  it('is not where the grammar is refused', async () => {
    const { fabric, record } = await opened(
      { createGrammar: () => failingWith('too many repetitions') },
      { output: SCHEMA },
    );

    await fabric.run(callOf({ text: 'a' }));

    expect(record.generations[0]?.options).not.toHaveProperty('grammar');
  });

  it('is never longer than the room that the prompt leaves', async () => {
    const { fabric, record } = await opened({}, { parameters: { max_tokens: 1_000 } });

    await fabric.run(callOf({ text: 'one two three' }));

    // 100 tokens, four of them the prompt's; node-llama-cpp needs one.
    expect(record.generations[0]?.options.maxTokens).toBe(95);
  });

  it('comes with its tokens, and those that were not read again', async () => {
    const { fabric } = await opened();

    const { usage } = await fabric.run(callOf({ text: 'word '.repeat(19) }));

    expect(usage).toEqual({ input: 21, output: 7, cached: 10 });
  });

  it('is what a model held to a grammar thought, where it thought from the start', async () => {
    const thought = {
      response: '',
      fullResponse: [{ type: 'segment', text: '{"mood":"good"}' }],
      metadata: { stopReason: 'stopGenerationTrigger' },
    };
    const { fabric } = await opened({ answer: async () => thought }, { output: SCHEMA });

    expect((await fabric.run(callOf({}))).answer).toBe('{"mood":"good"}');
  });
});

describe('a call fails', () => {
  it('where the prompt is longer than the context, before the model sees it', async () => {
    const { fabric, record } = await opened();

    await expect(fabric.run(callOf({ text: 'word '.repeat(99) }))).rejects.toMatchObject({
      kind: 'too-large',
      message: "the prompt has 101 tokens, and the model's context ends at 100 (parameters: n_ctx)",
    });
    expect(record.generations).toEqual([]);
  });

  it.each([
    ['fail', 'half an answer', 'truncated'],
    ['keep', '  ', 'truncated'],
  ] as const)('where the answer was cut off: %s "%s"', async (onTruncate, text, kind) => {
    const { fabric } = await opened({ answer: async () => generated(text, 'maxTokens') }, { onTruncate });

    await expect(fabric.run(callOf({}))).rejects.toMatchObject({
      kind,
      message:
        "the answer was cut off at 7 tokens: the model's context is full: allow more with parameters: n_ctx",
    });
  });

  it('where the package would have the model forget what the conversation began with', async () => {
    const { fabric } = await opened({
      answer: async (_, { contextShift, signal }) => {
        const { chatHistory } = contextShift.strategy();
        expect(chatHistory).toHaveLength(1);
        expect(signal.aborted).toBe(true);
        return generated('an answer to half a question');
      },
    });

    await expect(fabric.run(callOf({}))).rejects.toMatchObject({ kind: 'truncated' });
  });

  it.each([
    ['for good where the next answer would be the same', 0, false],
    ['to be tried again where chance has a part in it', 1, true],
  ])('without content, %s', async (_, temperature, costsAttempt) => {
    const { fabric } = await opened({ answer: async () => generated('\n') }, { parameters: { temperature } });

    await expect(fabric.run(callOf({}))).rejects.toMatchObject({ kind: 'bad-answer', costsAttempt });
  });

  it('where the model fails, in one line', async () => {
    const { fabric } = await opened({ answer: () => failingWith('Eval has\nfailed') });

    await expect(fabric.run(callOf({}))).rejects.toMatchObject({
      kind: 'server',
      message: 'the model failed: Eval has failed',
    });
  });

  it('as its template does, and leaves its place to the next', async () => {
    const { fabric } = await opened(
      {},
      {},
      {
        concurrency: 1,
        render: ({ text }) => {
          if (text === 'bad') throw new CallError('bad-request', 'the template fails');
          return { prompt: 'fine' };
        },
      },
    );

    await expect(fabric.run(callOf({ text: 'bad' }))).rejects.toMatchObject({ kind: 'bad-request' });
    expect((await fabric.run(callOf({ text: 'good' }))).answer).toBe('fine');
  });
});

describe('time and closing', () => {
  it.each([
    ['and is not tried again where it would take as long', {}, false],
    ['and is where chance may make the answer shorter', { temperature: 1 }, true],
  ])('a call fails when its time is up, %s', async (_what, parameters, costsAttempt) => {
    const { fabric } = await opened({ answer: endlessly }, { parameters }, { timeoutMs: 1 });

    await expect(fabric.run(callOf({}))).rejects.toMatchObject({
      kind: 'timeout',
      message:
        'no answer within 1 ms: allow more with --timeout, or a shorter answer with parameters: max_tokens',
      costsAttempt,
    });
    expect(fabric.inFlight).toBe(0);
  });

  it('a call fails when its time is up though the model goes on, whose place stays taken until then', async () => {
    let finish = () => {};
    let asked = 0;
    const { fabric } = await opened(
      {
        answer: () => {
          asked += 1;
          return new Promise((resolve) => {
            finish = () => resolve(generated('late'));
          });
        },
      },
      {},
      { timeoutMs: 1, concurrency: 1 },
    );

    await expect(fabric.run(callOf({}))).rejects.toMatchObject({ kind: 'timeout' });
    const next = fabric.run(callOf({})).catch((error: CallError) => error.kind);
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toBe(1);
    finish();

    expect(await next).toBe('timeout');
    expect(asked).toBe(2);
    finish();
  });

  it('more calls than places wait for their turn', async () => {
    let atWork = 0;
    let most = 0;
    const { fabric } = await opened(
      {
        answer: async () => {
          atWork += 1;
          most = Math.max(most, atWork);
          await new Promise((resolve) => setImmediate(resolve));
          atWork -= 1;
          return generated('done');
        },
      },
      {},
      { concurrency: 3 },
    );

    const calls = Array.from({ length: 10 }, (_, row) => fabric.run(callOf({}, row)));
    expect(fabric.inFlight).toBe(10);
    await Promise.all(calls);

    expect(most).toBe(3);
    expect(fabric.inFlight).toBe(0);
  });

  it('closing it ends all calls, then gives back what it took, once', async () => {
    const { fabric, record } = await opened({ answer: endlessly }, {}, { concurrency: 1 });
    const calls = [1, 2].map((row) => fabric.run(callOf({}, row)).catch((error: CallError) => error.kind));

    await Promise.all([fabric.close(), fabric.close()]);

    expect(await Promise.all(calls)).toEqual(['aborted', 'aborted']);
    expect(record.disposed).toEqual(['context', 'model', 'llama']);
  });
});
