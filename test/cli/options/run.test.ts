import { describe, expect, it } from 'vitest';
import { settingsOf } from '../../../src/cli/options/run.js';
import { buildProgram } from '../../../src/cli/program.js';

const FLAGS = { fabric: 'summary', progress: true, dedupe: true };

describe('the settings of a run', () => {
  it('have the documented defaults', () => {
    expect(settingsOf('rows.csv', FLAGS, {})).toEqual({
      input: 'rows.csv',
      fabric: 'summary',
      existing: 'refuse',
      batchSize: 50,
      attempts: 3,
      timeoutMs: 60_000,
      outputColumn: 'ai_output',
      badRows: 'stop',
      sharesAnswers: true,
      escapeFormulas: false,
      metaColumns: false,
      environment: {},
    });
  });

  it('take what is given', () => {
    const flags = {
      ...FLAGS,
      output: 'o.csv',
      delimiter: ';',
      overwrite: true,
      concurrency: 2,
      batchSize: 3,
      rateLimit: 'none',
      attempts: 4,
      timeout: 5,
      limit: 6,
      maxErrors: { rows: 7 },
      badRows: 'dead-letter',
    } as const;

    expect(settingsOf('rows.csv', flags, {})).toMatchObject({
      output: 'o.csv',
      delimiter: ';',
      existing: 'overwrite',
      concurrency: 2,
      batchSize: 3,
      rate: 'none',
      attempts: 4,
      timeoutMs: 5,
      limit: 6,
      maxErrors: { rows: 7 },
      badRows: 'dead-letter',
    });
  });

  it.each([
    [undefined, undefined],
    [true, 'all'],
    [['title'], ['title']],
  ] as const)('spread answers over columns where they are asked to: %j', (columns, set) => {
    const flags = columns === undefined ? FLAGS : { ...FLAGS, columns };

    expect(settingsOf('rows.csv', flags, {}).columns).toEqual(set);
  });

  it('take the key from the environment only', () => {
    const environment = { PROMPTHA_API_KEY: 'pk-secret' };

    expect(settingsOf('rows.csv', FLAGS, environment).environment).toBe(environment);
    const run = buildProgram().commands.find((command) => command.name() === 'run');
    expect(run?.options.filter(({ flags }) => /key|token|secret/i.test(flags))).toEqual([]);
  });
});
