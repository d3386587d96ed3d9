import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { addOptions } from '../../../src/cli/add-options.js';
import type { OptionRow } from '../../../src/cli/options/option-table.js';
import { RUN_OPTIONS, type RunFlags } from '../../../src/cli/options/run.js';
import { TRIAL_OPTIONS } from '../../../src/cli/options/trial.js';
import { buildProgram } from '../../../src/cli/program.js';
import type { Environment } from '../../../src/run/settings/environment.js';
import { settingsOfFiles } from '../../../src/run/settings/settings-of-options.js';

/** The settings that such words make, on their way through the table. */
function settingsFrom(words: string, environment: Environment = {}) {
  const command = addOptions(new Command().exitOverride(), RUN_OPTIONS);
  command.parse(['-f', 'summary', ...words.split(' ').filter((word) => word !== '')], { from: 'user' });
  return settingsOfFiles({ ...command.opts<RunFlags>(), input: 'rows.csv' }, environment);
}

describe('the settings of a run', () => {
  it('have the documented defaults', () => {
    expect(settingsFrom('')).toEqual({
      input: 'rows.csv',
      fabric: 'summary',
      existing: 'refuse',
      batchSize: 50,
      attempts: 3,
      timeoutMs: 60_000,
      outputColumn: 'ai_output',
      skipsFilled: false,
      badRows: 'stop',
      sharesAnswers: true,
      escapeFormulas: false,
      metaColumns: [],
      environment: {},
      withheld: [],
      // What commander takes as given.
      given: { fabric: 'summary', input: 'rows.csv', dedupe: true, progress: true },
    });
  });

  it('take what is given', () => {
    const words =
      '-o o.csv --delimiter ; --overwrite -c 2 -b 3 -r none --attempts 4 --timeout 5 --limit 6 --max-errors 7 --bad-rows dead-letter --no-dedupe --tier a --tier b --score schema --cache';

    expect(settingsFrom(words)).toMatchObject({
      output: 'o.csv',
      delimiter: ';',
      existing: 'overwrite',
      concurrency: 2,
      batchSize: 3,
      rate: 'none',
      attempts: 4,
      timeoutMs: 5_000,
      limit: 6,
      maxErrors: { rows: 7 },
      badRows: 'dead-letter',
      sharesAnswers: false,
      tiers: { fabrics: ['a', 'b'] },
      cache: 'usual',
    });
  });

  it.each([
    ['', undefined],
    ['--columns', 'all'],
    ['--columns title', ['title']],
  ] as const)('spread answers over columns where they are asked to: %j', (words, columns) => {
    expect(settingsFrom(words).columns).toEqual(columns);
  });

  it('take the key from the environment only', () => {
    const environment = { PROMPTHA_API_KEY: 'pk-secret' };

    expect(settingsFrom('', environment).environment).toBe(environment);
    const run = buildProgram().commands.find((command) => command.name() === 'run');
    expect(run?.options.filter(({ flags }) => /key|token\b|secret/i.test(flags))).toEqual([]);
  });
});

it.each<OptionRow>(RUN_OPTIONS)('$flags completes files and folders where it takes them', (row) => {
  const taken = /[<[](file|dir|folder|fabric)[>\]]/.exec(row.flags)?.[1];
  if (taken !== undefined) expect(row.completes).toBe(taken === 'dir' ? 'folder' : taken);
});

it('a trial takes options of a run', () => {
  expect(TRIAL_OPTIONS).toHaveLength(25);
});
