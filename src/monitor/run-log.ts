import { open } from 'node:fs';
import { promisify } from 'node:util';
import { destination, type Logger, pino } from 'pino';
import type { CallErrorKind } from '../fabric/call-error.js';
import type { FinishedResult } from '../fabric/row-result.js';
import type { Clock } from '../limits/clock.js';
import type { JsonObject, JsonValue, Row, UnreadableRow } from '../rows/row.js';
import type { Alert } from './alerts/alert.js';
import { redactRowValues } from './redact-row-values.js';
import { RetryLines } from './retry-lines.js';
import type { CheckpointFacts, RunWatch, StartFacts, StopFacts } from './run-watch.js';
import { visibleText } from './visible-text.js';
import { RunLogError } from './watch-error.js';

/** Checkpoints are saved once a second; a line for each would be most of the log of a night. */
const CHECKPOINT_EVERY_MS = 10_000;
/** The most that waits for a slow disk; more is dropped, so that memory stays bounded. */
const MOST_WAITING_BYTES = 16 * 1024 * 1024;
/** The log names rows, and with `--log-rows` what is in them. */
const FOR_THE_USER_ALONE = 0o600;

export interface RunLogOptions {
  readonly path: string;
  readonly clock: Clock;
  /** Gives the fields of a row for the lines of failures; without it no line holds a row's values. */
  readonly itemOf?: (row: Row) => JsonValue;
  /** Called once, when the log cannot be written any more. */
  readonly note: (message: string) => void;
}

/**
 * Opens a log of JSON lines, which appends to an existing file. A later failure (a full disk) is noted and does not stop
 * the run. Lines are written asynchronously; pino writes the rest when the process ends in any way but `kill -9`.
 *
 * Loading pino takes 30 ms, so import this file only where a log is wanted.
 *
 * @throws RunLogError where the file cannot be opened.
 */
export async function openRunLog(options: RunLogOptions): Promise<RunLog> {
  const { path, clock } = options;
  const dest = await promisify(open)(path, 'a', FOR_THE_USER_ALONE).catch((error: unknown) => {
    throw new RunLogError(`--log: ${path} cannot be written (${codeOf(error)})`);
  });
  // Opened here: pino would write to a file that it could not open when the process ends, and throw then.
  const file = destination({ dest, sync: false, maxLength: MOST_WAITING_BYTES });
  const logger = pino(
    {
      // The `started` line names host and process.
      base: null,
      timestamp: () => `,"time":"${new Date(clock.wallNow()).toISOString()}"`,
      formatters: { level: (level) => ({ level }) },
      // Logs are read in terminals.
      hooks: { streamWrite: visibleText },
    },
    file,
  );
  return new RunLog(file, logger, options);
}

type LogFile = ReturnType<typeof destination>;

/** Logs a run's events, a line each. Answered rows have no line. */
export class RunLog implements RunWatch {
  readonly #retries: RetryLines;
  #isBroken = false;
  #hasStarted = false;
  #checkpoint: CheckpointFacts | undefined;
  #checkpointLoggedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly file: LogFile,
    private readonly logger: Logger,
    private readonly options: RunLogOptions,
  ) {
    this.#retries = new RetryLines(options.clock, (line) => this.#info({ event: 'retries', ...line }));
    file.on('error', (error: unknown) => this.#breakDown(error));
  }

  started({ run, costUnit, plan }: StartFacts): void {
    this.#hasStarted = true;
    this.#info({ event: 'started', run: { ...run }, ...(costUnit === undefined ? {} : { costUnit }), plan });
  }

  rowFinished(result: FinishedResult): void {
    if (result.status === 'answered' || this.#isBroken) return;
    const { itemOf } = this.options;
    const { kind, status, message, attempts } = result.failure;
    this.logger.warn({
      event: 'row-failed',
      row: result.row.number,
      kind,
      ...(status === undefined ? {} : { status }),
      message: itemOf === undefined ? redactRowValues(message, result.row) : message,
      attempts,
      ...(itemOf === undefined ? {} : { item: itemOf(result.row) }),
    });
  }

  rowUnreadable({ number, line, problem, raw }: UnreadableRow): void {
    if (this.#isBroken) return;
    this.logger.warn({
      event: 'row-failed',
      row: number,
      kind: 'unreadable',
      line,
      message: problem,
      ...(this.options.itemOf === undefined ? {} : { raw }),
    });
  }

  callRetried(kind: CallErrorKind, row: number): void {
    this.#retries.add(kind, row);
  }

  checkpointSaved(facts: CheckpointFacts): void {
    // The first checkpoint is saved before the run starts, and is empty.
    if (!this.#hasStarted) return;
    this.#checkpoint = facts;
    const now = this.options.clock.now();
    if (now - this.#checkpointLoggedAt < CHECKPOINT_EVERY_MS) return;
    this.#checkpointLoggedAt = now;
    this.#logCheckpoint();
  }

  alerted(alert: Alert): void {
    // The `started` line names the run.
    const { text, alert: name, state, value, threshold } = alert;
    if (!this.#isBroken) this.logger.warn({ event: 'alert', alert: name, state, value, threshold, text });
  }

  stopped({ kind, message }: StopFacts): void {
    if (!this.#isBroken) this.logger.error({ event: 'stopped', kind, message });
  }

  ended(summary: JsonObject): void {
    this.#retries.flush();
    this.#logCheckpoint();
    this.#info({ event: 'ended', summary });
  }

  /** Writes what is left and closes the file. Never fails. */
  async close(): Promise<void> {
    this.#retries.flush();
    if (this.#isBroken) return;
    const closed = new Promise<void>((resolve) => {
      this.file.once('close', resolve);
      this.file.once('error', () => resolve());
    });
    this.file.end();
    await closed;
  }

  #logCheckpoint(): void {
    if (this.#checkpoint === undefined) return;
    const { rowsCommitted } = this.#checkpoint;
    this.#checkpoint = undefined;
    this.#info({ event: 'checkpoint', rowsCommitted });
  }

  #info(line: JsonObject): void {
    if (!this.#isBroken) this.logger.info(line);
  }

  /** Gives the file up: at the end of the process, pino would try for ever to write to a full disk. */
  #breakDown(error: unknown): void {
    if (this.#isBroken) return;
    this.#isBroken = true;
    this.file.destroy();
    const { path, note } = this.options;
    note(`--log: ${path} could not be written (${codeOf(error)}); the run goes on without it`);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
