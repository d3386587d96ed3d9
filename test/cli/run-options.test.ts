import { describe, expect, it } from 'vitest';
import { buildProgram } from '../../src/cli/program.js';
import { settingsOf } from '../../src/cli/run-options.js';

const FLAGS = { fabric: 'summary', progress: true };

describe('the settings of a run', () => {
  it('have the documented defaults', () => {
    expect(settingsOf('rows.csv', FLAGS, {})).toEqual({
      input: 'rows.csv',
      fabric: 'summary',
      existing: 'refuse',
      concurrency: 10,
      batchSize: 50,
      attempts: 3,
      timeoutMs: 60_000,
      outputColumn: 'ai_output',
      badRows: 'stop',
      baseUrl: 'https://api.promptha.com/v1',
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

  it('take the key from the environment only', () => {
    expect(settingsOf('rows.csv', FLAGS, { PROMPTHA_API_KEY: 'pk-secret' }).apiKey).toBe('pk-secret');
    const run = buildProgram().commands.find((command) => command.name() === 'run');
    expect(run?.options.filter(({ flags }) => /key|token|secret/i.test(flags))).toEqual([]);
  });

  it.each([
    [{ ...FLAGS, baseUrl: 'http://a' }, { PROMPTHA_BASE_URL: 'http://b' }, 'http://a'],
    [FLAGS, { PROMPTHA_BASE_URL: 'http://b' }, 'http://b'],
    [FLAGS, { PROMPTHA_BASE_URL: '' }, 'https://api.promptha.com/v1'],
  ])(
    'take the base from the option, else the environment, else the default',
    (flags, environment, baseUrl) => {
      expect(settingsOf('rows.csv', flags, environment).baseUrl).toBe(baseUrl);
    },
  );
});
