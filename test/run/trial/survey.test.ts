import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/run/plan/plan.js';
import { surveyRun } from '../../../src/run/trial/survey.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { planIn } from '../planning.js';

const ROWS = 'id,name\n1,mug\n2,mug\n3,lamp\n4,mug\n5,\n6,rope\n';
const CONTEXT = { wallNow: () => 0, sample: 100 };

async function planOf(fabric: string): Promise<Plan> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'fabric.yaml'), fabric);
  await writeFile(join(folder, 'rows.csv'), ROWS);
  const settings = { fabric: join(folder, 'fabric.yaml'), environment: { KEY: 'k' } };
  return planIn(folder, settings, ROWS);
}

const FABRIC = "provider: openai\nmodel: m\nkeyEnv: KEY\nprompt: 'Describe {{ name }}'\n";

describe('what is known of the rows before the first call', () => {
  it('is what they ask, and the cost of that by a sample of prompts', async () => {
    const plan = await planOf(`${FABRIC}price: {input: 1, output: 2}\nparameters: {max_tokens: 50}\n`);

    const survey = await surveyRun(plan, CONTEXT).whole;

    expect(survey).toMatchObject({ rows: 6, questions: 4, asked: 4, isWhole: true });
    expect(survey?.cost).toMatchObject({ unit: 'USD', of: 'prompts' });
    const { perAskedRow = 0, mostPerAskedRow = 0 } = survey?.cost ?? {};
    expect(perAskedRow).toBeGreaterThan(5e-6);
    expect(mostPerAskedRow - perAskedRow).toBeCloseTo(50 * 2e-6, 12);
  });

  it('is no cost where no price is known', async () => {
    const survey = await surveyRun(await planOf(FABRIC), CONTEXT).whole;

    expect(survey?.cost).toBeUndefined();
  });

  it('counts of a resume the rows that are left, and what no row has asked before', async () => {
    const plan = await planOf(FABRIC);
    // Behind the third row.
    const offset = ROWS.indexOf('4,mug');
    const resumed = { ...plan, from: { ...plan.from, offset, row: 3, line: 5 } };

    const survey = await surveyRun(resumed, CONTEXT).whole;
    const alone = await surveyRun({ ...resumed, sharesAnswers: false }, CONTEXT).whole;

    expect(survey).toMatchObject({ rows: 3, questions: 2, asked: 2 });
    expect(alone).toMatchObject({ rows: 3, asked: 3 });
  });

  it('is nothing where the input cannot be read, which the run will say', async () => {
    const plan = await planOf(FABRIC);
    await writeFile(plan.input.source.path ?? '', `${ROWS}7,one,too,many\n`);

    const survey = surveyRun(plan, CONTEXT);

    expect(await survey.whole).toBeUndefined();
    expect(survey.soFar()).toBeUndefined();
  });
});
