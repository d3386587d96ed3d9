import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { fakeFabricForTest } from '../support/fake-fabric-for-test.js';
import type { FakeFabricOptions, FakeFabricServer } from '../support/fake-fabric-server.js';
import {
  type BatchaiOptions,
  type BatchaiResult,
  type CommandHere,
  type RunOptions,
  runBatchai,
  startHere,
} from '../support/run-batchai.js';
import { type RunningBatchai, startBatchai } from '../support/start-batchai.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** An empty folder, a fake service, and the program run in the one against the other. */
export interface Workbench {
  readonly folder: string;
  readonly server: FakeFabricServer;
  path(name: string): string;
  write(name: string, content: string | Buffer): Promise<void>;
  read(name: string): Promise<string>;
  /** The names of all files and folders in the folder, sorted. */
  list(): Promise<string[]>;
  /** `batchai run` with a key and no rate limit; what is in `args` counts more. */
  run(args: readonly string[], options?: RunOptions): Promise<BatchaiResult>;
  start(args: readonly string[], options?: BatchaiOptions): RunningBatchai;
  /** As `run`, for a test that interrupts it within this process. */
  startHere(args: readonly string[], options?: RunOptions): CommandHere;
  /** Any command of batchai, in the folder and with the same key. */
  batchai(args: readonly string[], options?: RunOptions): Promise<BatchaiResult>;
}

export const API_KEY = 'test-key';
export const FABRIC = 'product-description';

export async function workbench(service: FakeFabricOptions = {}): Promise<Workbench> {
  const folder = await temporaryFolder();
  const server = await fakeFabricForTest(service);
  const path = (name: string) => join(folder, name);
  const full = (args: readonly string[]) => [...runArguments(server.url), ...args];
  const inFolder = (options?: RunOptions) => ({
    cwd: folder,
    env: { PROMPTHA_API_KEY: API_KEY },
    ...options,
  });
  return {
    folder,
    server,
    path,
    write: (name, content) => writeFile(path(name), content),
    read: (name) => readFile(path(name), 'utf8'),
    list: () => listing(folder),
    run: (args, options) => runBatchai(full(args), inFolder(options)),
    start: (args, options) => startBatchai(full(args), inFolder(options)),
    startHere: (args, options) => startHere(full(args), inFolder(options)),
    batchai: (args, options) => runBatchai(args, inFolder(options)),
  };
}

export function runArguments(baseUrl: string): string[] {
  return ['run', '--fabric', FABRIC, '--base-url', baseUrl, '--rate-limit', 'none'];
}

export async function listing(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).sort();
}

/** The id of the n-th row (from 1) of `rowsCsv`, also what the fake service counts by. */
export function idOf(n: number): string {
  return String(n).padStart(5, '0');
}

/** A CSV with the columns id, name and note, whose lines are about `bytes` long. */
export function rowsCsv(rows: number, { from = 1, bytes = 60 } = {}): string {
  const lines = from === 1 ? ['id,name,note'] : [];
  for (let n = from; n < from + rows; n++)
    lines.push(`${idOf(n)},"Item ${n}, ""blue""",${'x'.repeat(bytes - 30)}`);
  return `${lines.join('\n')}\n`;
}

/** What `rowsCsv` becomes when the fake service answers every row but those that `fails` names. */
export function enrichedCsv(
  rows: number,
  { bytes = 60, fails = (_n: number): boolean => false } = {},
): string {
  const [header = '', ...lines] = rowsCsv(rows, { bytes }).trimEnd().split('\n');
  const enriched = lines.map(
    (line, index) => `${line},${fails(index + 1) ? '' : `described ${idOf(index + 1)}`}`,
  );
  return `${[`${header},ai_output`, ...enriched].join('\n')}\n`;
}

export type Cells = Record<string, string>;

export function parseCsv(text: string, delimiter = ','): Cells[] {
  return parse(text, { columns: true, bom: true, delimiter });
}

export function parseJsonl(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/**
 * The calls that came before their turns under a limit: the n-th is due n times `everyMs` after `since`, when nobody had
 * called yet. A busy machine makes calls late, and then near to each other, but none of them early.
 */
export function beforeTheirTurn(
  calls: readonly { readonly at: number }[],
  since: number,
  everyMs: number,
): readonly number[] {
  const moments = calls.map(({ at }) => at - since).sort((a, b) => a - b);
  return moments.filter((moment, nth) => moment < nth * everyMs);
}
