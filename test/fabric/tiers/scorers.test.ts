import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Answer, FabricCall, Inputs, Reply } from '../../../src/fabric/fabric.js';
import { fieldScorer } from '../../../src/fabric/tiers/field-scorer.js';
import { judgeScorer } from '../../../src/fabric/tiers/judge-scorer.js';
import { loadModuleScorer } from '../../../src/fabric/tiers/module-scorer.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const CALL: FabricCall = { row: 7, inputs: { name: 'mug' }, calls: 0, attempts: 0 };

const nobody = () => Promise.reject(new Error('nobody is to be asked'));

describe('a field as the score', () => {
  it.each([
    [{ confidence: 0.8 }, 0.8],
    [{ confidence: '0.8' }, 0.8],
    ['{"confidence": 0.8}', 0.8],
    ['```json\n{"confidence": 0.8}\n```', 0.8],
    [{ confidence: 0 }, 0],
    [{ confidence: null }, 0],
    [{ confidence: '' }, 0],
    [{ confidence: 'high' }, 0],
    [{ sure: 0.8 }, 0],
    ['0.8', 0],
    [[0.8], 0],
    [{}, 0],
  ] as [Answer, number][])('of %j is %d', async (answer, score) => {
    expect(await fieldScorer('confidence')(CALL, answer, nobody)).toBe(score);
  });

  it('is none where every object has such a property', async () => {
    expect(await fieldScorer('constructor')(CALL, {}, nobody)).toBe(0);
  });
});

describe('a judge', () => {
  function judging(said: Answer) {
    const asked: { inputs: Inputs; variant: string }[] = [];
    const ask = async (inputs: Inputs, variant: string): Promise<Reply> => {
      asked.push({ inputs, variant });
      return { answer: said, latencyMs: 1 };
    };
    return { asked, ask };
  }

  it.each([
    [0.7, 0.7],
    ['0.7', 0.7],
    ['Score: 0.7, since it is short.', 0.7],
    [{ score: 0.7 }, 0.7],
    [{ score: '0.7' }, 0.7],
    ['{"score": 1}', 1],
    ['-1', -1],
  ] as [Answer, number][])('that says %j gives %d', async (said, score) => {
    expect(await judgeScorer(CALL, 'a mug', judging(said).ask)).toBe(score);
  });

  it.each([['good'], [{ verdict: 1 }], [null], [{ score: null }], ['']] as [Answer][])(
    'that says %j gives no score',
    async (said) => {
      await expect(judgeScorer(CALL, 'a mug', judging(said).ask)).rejects.toMatchObject({
        kind: 'bad-answer',
      });
    },
  );

  it('is sent the inputs of the row and the answer, each answer as a question of its own', async () => {
    const { asked, ask } = judging(1);

    await judgeScorer(CALL, 'a mug', ask);
    await judgeScorer(CALL, { title: 'mug' }, ask);

    expect(asked.map(({ inputs }) => inputs)).toEqual([
      { name: 'mug', output: 'a mug' },
      { name: 'mug', output: { title: 'mug' } },
    ]);
    expect(new Set(asked.map(({ variant }) => variant)).size).toBe(2);
  });
});

describe('a module as the scorer', () => {
  async function moduleOf(code: string) {
    const path = join(await temporaryFolder(), 'score.mjs');
    await writeFile(path, code);
    return path;
  }

  it('is given inputs and output, and may take its time', async () => {
    const score = await loadModuleScorer(
      await moduleOf('export default async (inputs, output) => inputs.name.length / output.length;'),
    );

    expect(await score(CALL, 'coffee', nobody)).toBe(0.5);
  });

  it.each([
    ['() => { throw new Error("no\\nluck"); }', 'failed on row 7: no luck'],
    ['() => NaN', 'gave no number for row 7, but NaN'],
    ['() => "high"', 'gave no number for row 7, but high'],
    ['() => {}', 'gave no number for row 7, but undefined'],
    ['() => Symbol("x")', 'gave no number for row 7, but Symbol(x)'],
    ['async () => { throw 7; }', 'failed on row 7: 7'],
  ])('that is %s stops the run', async (code, message) => {
    const score = await loadModuleScorer(await moduleOf(`export default ${code};`));

    await expect(score(CALL, 'coffee', nobody)).rejects.toMatchObject({
      kind: 'misconfigured',
      message: expect.stringContaining(message),
    });
  });

  it.each([
    ['export const score = 1;', 'has no default export that is a function'],
    ['export default 1;', 'has no default export that is a function'],
    ['export default (', 'cannot be loaded: '],
    ["import './not-there.js'; export default () => 1;", 'cannot be loaded: '],
  ])('that is %j is refused', async (code, message) => {
    await expect(loadModuleScorer(await moduleOf(code))).rejects.toThrow(message);
  });
});
