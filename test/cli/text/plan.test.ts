import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Checkpoint, firstCheckpoint } from '../../../src/checkpoint/checkpoint-file.js';
import { unpainted } from '../../../src/cli/paint.js';
import type { Beforehand } from '../../../src/cli/text/plan/row-facts.js';
import { countedLater } from '../../../src/cli/text/plan/row-facts.js';
import { describePlan } from '../../../src/cli/text/plan.js';
import type { Plan } from '../../../src/run/plan/plan.js';
import { savedSettingsOf } from '../../../src/run/saved/saved-settings.js';
import type { RunSettings } from '../../../src/run/settings/settings.js';
import type { SurveyedRows } from '../../../src/run/trial/survey.js';
import { planOfRows } from '../some-plan.js';

const KEY = 'pk-secret';

/** The facts by their names, without the folder that the test was in. */
function factsOf(plan: Plan, beforehand?: Beforehand): Record<string, string> {
  const folder = dirname(plan.input.source.path ?? '/none/x');
  const [heading, ...lines] = unpainted(describePlan(plan, beforehand))
    .replaceAll(`${folder}/`, '')
    .split('\n');
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
      price: 'unknown: no list price for summary (see --price)',
    });
  });

  it('keeps to the width of a terminal, a long fact below its beginning', async () => {
    const plan = await planOfRows({ fabric: 'summary', environment: { PROMPTHA_API_KEY: KEY } });

    const narrow = unpainted(describePlan(plan, {}, 60));

    expect(narrow).toContain(
      '\n  limits      10 calls in flight (default; raise with -c),\n              100 calls in 1 min 00 s (default; raise with\n',
    );
    const words = (text: string) => text.split(/\s+/);
    expect(words(narrow)).toEqual(words(unpainted(describePlan(plan))));
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
    expect(factsOf(replaced, { total: 501 })).toMatchObject({
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
    const resumed = { ...plan, beginning: { kind: 'resume', checkpoint, saved } } as const;
    expect(factsOf(resumed, { done: 1_250, total: 2_000 }).resumes).toBe(
      '1,250 of 2,000 have a result, 750 to go',
    );
    expect(factsOf({ ...plan, beginning: { kind: 'finished', checkpoint, saved } }).resumes).toBe(
      'nothing: all 1,234 rows have a result',
    );
  });
});

describe('what is counted of the rows beforehand', () => {
  const SURVEY: SurveyedRows = {
    ...{ rows: 1_000, questions: 590, blank: 10, leftOut: 0, unreadable: 0, cached: 0, isAtMost: false },
    ...{ asked: 590, isWhole: true, promptTokens: 0 },
    cost: { unit: 'USD', of: 'prompts', perAskedRow: 0.001, mostPerAskedRow: 0.01 },
  };

  it('tells how many questions differ, and of those alone the time and the cost', async () => {
    const plan = await planOfRows({ fabric: 'summary', environment: { PROMPTHA_API_KEY: KEY } });

    expect(factsOf(plan, { total: 1_000, survey: SURVEY })).toMatchObject({
      rows: '1,000',
      questions: '590 different; 400 rows (40 %) without a call of their own; 10 rows blank, without a call',
      time: 'at least 5 min 53 s at the rate limit',
      cost: 'about $0.59 for the prompts; at most $5.90 with answers of max_tokens',
    });
  });

  it('reckons from the rows that were read where not all were, and tells the rest later', async () => {
    const plan = await planOfRows({ fabric: 'summary', environment: { PROMPTHA_API_KEY: KEY } });
    const total = 100_000;

    expect(factsOf(plan, { total, survey: { ...SURVEY, isWhole: false } })).toMatchObject({
      questions: expect.stringMatching(/^590 different in the first 1,000 rows read; /),
      cost: 'about $59.00 for the prompts; at most $590.00 with answers of max_tokens',
    });
    expect(countedLater(plan, { total: 1_000, survey: SURVEY })).toMatch(
      /^counted by now: questions: 590 different; .*time: at least 5 min 53 s/,
    );
  });

  it('reckons with as many rows as have no result', async () => {
    const plan = await planOfRows({ fabric: 'summary', environment: { PROMPTHA_API_KEY: KEY } });

    const { time } = factsOf(plan, { total: 1_000, done: 899, survey: SURVEY });

    expect(time).toBe('at least 35 s at the rate limit');
  });
});
