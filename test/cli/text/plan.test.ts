import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Checkpoint, firstCheckpoint } from '../../../src/checkpoint/checkpoint-file.js';
import { unpainted } from '../../../src/cli/paint.js';
import { describePlan } from '../../../src/cli/text/plan.js';
import type { Plan } from '../../../src/run/plan/plan.js';
import { savedSettingsOf } from '../../../src/run/saved/saved-settings.js';
import type { RunSettings } from '../../../src/run/settings/settings.js';
import { planOfRows } from '../some-plan.js';

const KEY = 'pk-secret';

/** The facts by their names, without the folder that the test was in. */
function factsOf(plan: Plan): Record<string, string> {
  const folder = dirname(plan.input.source.path ?? '/none/x');
  const [heading, ...lines] = unpainted(describePlan(plan)).replaceAll(`${folder}/`, '').split('\n');
  expect(heading).toBe('batchai: the plan');
  expect(lines.pop()).toBe('');
  for (const line of lines) expect(line).toMatch(/^ {2}\S.{11}\S/);
  return Object.fromEntries(lines.map((line) => [line.slice(2, 14).trim(), line.slice(14)]));
}

function checkpointOf(plan: Plan, rowsCommitted: number): Checkpoint {
  return { ...firstCheckpoint({ ...plan, noCounts: {} }, { wallNow: () => 0 }), rowsCommitted };
}

describe('the plan as a person reads it', () => {
  it('tells what goes where, how fast, one fact a line', async () => {
    const plan = await planOfRows({ fabric: 'summary', environment: { PROMPTHA_API_KEY: KEY } });

    expect(factsOf(plan)).toEqual({
      input: 'rows.csv (csv, 2 columns)',
      fabric: 'summary at https://api.promptha.com/v1',
      sends: 'all 2 columns: id, name',
      output: 'rows.enriched.csv (csv), answers in "ai_output"',
      'failed rows': 'rows.enriched.csv.dead-letters.jsonl',
      limits:
        '10 calls in flight (default; raise with -c), 100 calls in 1 min 00 s (default; raise with --rate-limit), 3 attempts of 1 min 00 s',
    });
  });

  it('shows no key', async () => {
    const plan = await planOfRows({ fabric: 'summary', environment: { PROMPTHA_API_KEY: KEY } });

    expect(describePlan(plan)).not.toContain(KEY);
  });

  it.each<[string, Partial<RunSettings>, Record<string, string>]>([
    ['a fabric on this machine', {}, { fabric: 'local:summary, on this machine' }],
    ['no rate limit', { rate: 'none' }, { limits: expect.stringContaining('no rate limit') }],
    [
      'limits that find themselves',
      { rate: 'auto', concurrency: 'auto' },
      {
        limits:
          'as many calls in flight as it takes, the rate that the service turns out to take, 3 attempts of 1 min 00 s',
      },
    ],
    [
      'columns over which answers are spread',
      { fabric: 'local:sentiment', columns: 'all' },
      { output: 'rows.enriched.csv (csv), answers in "ai_output", and in "ai_label", "ai_score"' },
    ],
    ['a limit of rows', { limit: 1_500 }, { rows: 'only the first 1,500' }],
    [
      'chosen inputs',
      {
        inputs: [
          { input: 'id', column: 'id' },
          { input: 'text', column: 'name' },
        ],
      },
      { sends: 'id, text=name' },
    ],
    [
      'standard output',
      { output: '-' },
      {
        output: 'standard output (csv), answers in "ai_output"',
        note: 'a run from standard input or to standard output cannot be resumed',
      },
    ],
    [
      'standard input',
      { input: '-', format: 'csv' },
      { input: 'standard input (csv, 2 columns)', note: expect.stringContaining('cannot be resumed') },
    ],
  ])('tells of %s', async (_what, settings, facts) => {
    expect(factsOf(await planOfRows(settings))).toMatchObject(facts);
  });

  it('names a dozen columns of many', async () => {
    const columns = Array.from({ length: 40 }, (_, index) => `c${index + 1}`);

    const { sends } = factsOf(await planOfRows({}, `${columns.join(',')}\n${columns.join(',')}\n`));

    expect(sends).toBe(`all 40 columns: ${columns.slice(0, 12).join(', ')}, … (40)`);
  });

  it('tells how many rows there are, the time at the limit, and what goes', async () => {
    const plan = await planOfRows({ fabric: 'summary', environment: { PROMPTHA_API_KEY: 'k' } });
    const replaced = { ...plan, beginning: { kind: 'new', discards: 312 } } as const;

    expect(factsOf(plan)).not.toHaveProperty('rows');
    const facts = Object.fromEntries(
      describePlan(replaced, 501)
        .split('\n')
        .slice(1, -1)
        .map((line) => [unpainted(line).slice(2, 14).trim(), unpainted(line).slice(14)]),
    );
    expect(facts).toMatchObject({
      rows: '501',
      time: 'at least 5 min 00 s at the rate limit, where each asks something else',
      discards: '312 rows with a result, of the run that is there',
    });
  });

  it('tells from where it resumes, or that there is nothing to do', async () => {
    const plan = await planOfRows();
    const checkpoint = checkpointOf(plan, 1_234);
    const saved = savedSettingsOf({ settings: plan.savedSettings }, 'out.csv');

    expect(factsOf(plan)).not.toHaveProperty('resumes');
    expect(factsOf({ ...plan, beginning: { kind: 'resume', checkpoint, saved } }).resumes).toBe(
      'after 1,234 rows that are done',
    );
    expect(factsOf({ ...plan, beginning: { kind: 'finished', checkpoint, saved } }).resumes).toBe(
      'nothing: all 1,234 rows are done',
    );
  });
});
