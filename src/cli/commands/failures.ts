import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { recordWriter } from '../../rows/row-encoder.js';
import { cellText, FAILURE_COLUMNS } from '../../run/retry/corrections.js';
import { type Failures, lettersIn, readFailures } from '../../run/retry/failures.js';
import { withoutUndefined } from '../../run/settings/without-undefined.js';
import type { ExitCode } from '../exit-codes.js';
import type { CommandContext } from '../io.js';
import type { FailuresFlags } from '../options/failures.js';
import { print } from '../print.js';
import { failuresText } from '../text/failures.js';

/** Of each kind that the table shows. */
const MOST_SHOWN = 20;

/** Width of a table that does not go to a terminal. */
const USUAL_COLUMNS = 80;

/** `batchai failures`: the rows of a run that failed, by kind, on standard output. */
export async function failuresCommand(
  output: string,
  flags: FailuresFlags,
  { io }: CommandContext,
): Promise<ExitCode> {
  const { checkpoint, deadLetters } = flags;
  const failures = await readFailures(
    { output, ...withoutUndefined({ checkpoint, deadLetters }) },
    MOST_SHOWN,
  );
  if (!flags.csv)
    print(io, failuresText(failures, { output, folder: checkpoint }, io.stdout.columns ?? USUAL_COLUMNS));
  else await writeCsv(failures, io.stdout);
  return 0;
}

/** A reader that closes the pipe early (| head) has seen enough. */
async function writeCsv(failures: Failures, stdout: Writable): Promise<void> {
  try {
    await pipeline(Readable.from(csvOf(failures)), stdout, { end: false });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error;
  }
}

async function* csvOf(failures: Failures): AsyncGenerator<string, void> {
  const write = recordWriter({ format: 'csv', delimiter: ',', newline: '\n' });
  yield write([...FAILURE_COLUMNS, ...failures.fields]);
  for await (const { row, error, item } of lettersIn(failures))
    yield write([
      String(row),
      error.kind,
      error.message,
      ...failures.fields.map((name) => cellText(item?.[name])),
    ]);
}
