import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CLI_TIMINGS } from '../../src/cli/timings.js';
import { someRowsFail } from './batch-scenario.js';
import type { FakeBatchOptions } from './batch-services/fake-batch-server.js';
import { fakeBatchesForTest } from './batch-services/fake-batches-for-test.js';
import { HURRIED_BATCH_API } from './hurried-batch-api.js';
import { pastedCommand } from './pasted-command.js';
import { runBatchai } from './run-batchai.js';
import { temporaryFolder } from './temporary-folder.js';

/** Rows of the input. */
export const ROWS = 200;
/** Those of them that are answered, where `someRowsFail` says what becomes of them. */
export const ANSWERED = ROWS - ROWS / 100;

/**
 * Runs over the batch API of a fake, 50 rows a batch, in a folder of their own.
 *
 * @param more lines of the fabric file.
 */
export async function batchApiBench(options: FakeBatchOptions, more = '') {
  const folder = await temporaryFolder();
  const server = await fakeBatchesForTest({ answer: someRowsFail, ...options });
  const at = (name: string) => join(folder, name);
  const rows = Array.from({ length: ROWS }, (_, index) => `thing,${index + 1}`);
  await writeFile(at('rows.csv'), `name,number\n${rows.join('\n')}\n`);
  await writeFile(
    at('fabric.yaml'),
    `provider: openai\nmodel: gpt-4o-mini\nbaseUrl: ${server.url}\nkeyEnv: TEST_KEY\nprompt: '{{ name }} {{ number }}'\nprice: {input: 1, output: 2}\nbatchApi: openai\n${more}`,
  );
  const batchai = (args: readonly string[], key = 'test-key') =>
    runBatchai(args, {
      env: { TEST_KEY: key },
      timings: { ...CLI_TIMINGS, batchApi: HURRIED_BATCH_API },
    });
  const runWith = (key: string, ...args: readonly string[]) =>
    batchai(
      [
        ...['run', at('rows.csv'), '-f', at('fabric.yaml'), '-o', at('out.csv'), '--no-progress'],
        ...['--batch-api-poll', '10ms', '--batch-api-rows', '50', '-r', 'none', ...args],
      ],
      key,
    );
  return {
    ...{ server, at, runWith },
    run: (...args: readonly string[]) => runWith('test-key', ...args),
    cancel: () => batchai(['cancel', at('out.csv')]),
    /** A command that was printed, pasted into a shell. */
    paste: async (line: string, ...more: readonly string[]) =>
      batchai([...(await pastedCommand(line)), ...more]),
    read: (name: string) => readFile(at(name), 'utf8'),
  };
}
