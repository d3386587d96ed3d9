import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Processes } from '../../src/checkpoint/lock.js';
import { makePlan, type Plan, type Surroundings } from '../../src/run/plan/plan.js';
import type { GivenOptions } from '../../src/run/settings/given-options.js';
import type { RunSettings } from '../../src/run/settings/settings.js';
import { withoutUndefined } from '../../src/run/settings/without-undefined.js';

/** A number that no process has. */
let pid = 910_000_000;

/** A machine on which nobody else runs, and this process is a new one each time. */
export function surroundings(standardInput = ''): Surroundings & { processes: Processes } {
  const own = ++pid;
  return {
    standardInput: Readable.from(standardInput === '' ? [] : [Buffer.from(standardInput)]),
    processes: { pid: own, isRunning: (asked) => asked === own },
    wallNow: () => Date.UTC(2026, 0, 5),
  };
}

/** As `batchai run rows.csv --fabric local:summary` in a folder; paths are taken from there. */
export function settingsFor(folder: string, changed: Partial<RunSettings> = {}): RunSettings {
  const { input = 'rows.csv', output, checkpoint, deadLetters, ...others } = changed;
  const path = (name: string) => (name === '-' ? name : join(folder, name));
  return {
    fabric: 'local:summary',
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
    given: givenFor(folder, changed),
    ...others,
    input: path(input),
    ...(output === undefined ? {} : { output: path(output) }),
    ...(checkpoint === undefined ? {} : { checkpoint: path(checkpoint) }),
    ...(deadLetters === undefined ? {} : { deadLetters: path(deadLetters) }),
  };
}

/** The options of such settings that have the same values. */
function givenFor(folder: string, changed: Partial<RunSettings>): GivenOptions {
  const { fabric = 'local:summary', input = 'rows.csv', deadLetters, limit, maxCost, maxCalls } = changed;
  return {
    fabric,
    input: input === '-' ? input : join(folder, input),
    ...withoutUndefined({
      deadLetters: deadLetters && join(folder, deadLetters),
      ...{ limit, maxCost, maxCalls },
    }),
  };
}

export function planIn(
  folder: string,
  changed: Partial<RunSettings> = {},
  standardInput?: string,
): Promise<Plan> {
  return makePlan(settingsFor(folder, changed), surroundings(standardInput));
}
