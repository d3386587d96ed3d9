import { describe, expect, it } from 'vitest';
import { CheckpointError } from '../../src/checkpoint/checkpoint-file.js';
import { LockHeldError } from '../../src/checkpoint/lock.js';
import { exitCodeOfError, exitCodeOfOutcome } from '../../src/cli/exit-code-of.js';
import { CallError } from '../../src/fabric/call-error.js';
import { InputError, UnreadableRowError } from '../../src/rows/input-error.js';
import type { RunOutcome } from '../../src/run/outcome/run-outcome.js';
import { OptionError } from '../../src/run/settings/option-parsers.js';
import { SetUpError } from '../../src/run/settings/set-up-error.js';
import { CLEAN, finished, SUMMARY, stopped } from './some-outcome.js';

const UNREADABLE = new UnreadableRowError('rows.csv', { number: 3, line: 4, problem: 'a quote', raw: '"' });

describe('a run exits with', () => {
  it.each<[number, string, RunOutcome]>([
    [0, 'every row enriched', finished(CLEAN)],
    [0, 'nothing to do', { kind: 'nothing-to-do', summary: SUMMARY }],
    [3, 'dead letters', finished()],
    [
      4,
      'a refused key',
      stopped({ kind: 'service', error: new CallError('auth', 'the service answered 401') }),
    ],
    [4, '--max-errors', stopped({ kind: 'max-errors', failed: 6 })],
    [4, 'an unreadable row', stopped({ kind: 'unreadable-row', error: UNREADABLE })],
    [1, 'a full disk', stopped({ kind: 'failure', error: new Error('ENOSPC') })],
    [129, 'SIGHUP', stopped({ kind: 'interrupted', signal: 'SIGHUP' })],
    [130, 'SIGINT', stopped({ kind: 'interrupted', signal: 'SIGINT' })],
    [143, 'SIGTERM', stopped({ kind: 'interrupted', signal: 'SIGTERM' })],
  ])('%i: %s', (code, _what, outcome) => {
    expect(exitCodeOfOutcome(outcome)).toBe(code);
  });
});

describe('an error exits with', () => {
  it.each<[number, unknown]>([
    [2, new SetUpError('no such file')],
    [2, new OptionError('--limit: wanted')],
    [2, new InputError('rows.csv is empty')],
    [2, UNREADABLE],
    [2, new CheckpointError('damaged')],
    [5, new LockHeldError('held')],
    [2, new CallError('misconfigured', 'the model cannot be loaded')],
    [1, new CallError('server', 'the service answered 500')],
    [1, new TypeError('a bug')],
    [1, 'not even an error'],
  ])('%i: %s', (code, error) => {
    expect(exitCodeOfError(error)).toBe(code);
  });
});
