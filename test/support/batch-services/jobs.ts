import { join } from 'node:path';
import type { BatchBehaviour, NewBatch, RowOutcome, ServiceName } from './knobs.js';
import { blocksOfLines, LineFile } from './line-file.js';

const DAY_MS = 24 * 3_600_000;

export type JobState = 'validating' | 'running' | 'finalizing' | 'cancelling' | 'ended';
export type JobEnd = 'completed' | 'expired' | 'cancelled' | 'failed';

/** One request as it stands in a batch's input. */
export interface InputLine {
  readonly id: string;
  readonly body: Record<string, unknown>;
}

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly line?: number;
}

/** How a service writes its batches: the part of a job that is its own. */
export interface JobFormat {
  /** The request of a line; a problem where it is none. */
  readonly readLine: (line: string, number: number) => InputLine | Failure;
  /** What is wrong with a request among those before it; undefined where nothing is. */
  readonly check?: (line: InputLine, number: number, job: Job) => Failure | undefined;
  /** The result of a request that was run. */
  readonly resultLine: (
    line: InputLine,
    outcome: RowOutcome,
  ) => { file: 'output' | 'error'; text: string } | undefined;
  /** The result of one that was not, where the service tells of those at all. */
  readonly unrunLine: (id: string, end: 'expired' | 'cancelled') => string | undefined;
}

export interface JobInput {
  readonly service: ServiceName;
  /** The key it was created with. */
  readonly key: string;
  readonly inputPath: string;
  readonly rows: number;
  readonly bytes: number;
  readonly tag: string | undefined;
  readonly format: JobFormat;
  /** From its creation to its expiry. Default: a day. */
  readonly lifetimeMs?: number;
  /** What else the service keeps of it. */
  readonly more: Readonly<Record<string, unknown>>;
}

/** A batch of a service, whichever: its state goes on by polls, and by the virtual clock to its expiry. */
export interface Job extends JobInput {
  readonly id: string;
  readonly nth: number;
  readonly behaviour: BatchBehaviour;
  readonly createdAt: number;
  readonly expiresAt: number;
  state: JobState;
  end: JobEnd | undefined;
  endedAt: number | undefined;
  /** Polls in this state. */
  polls: number;
  succeeded: number;
  failed: number;
  failures: readonly Failure[];
  output: LineFile | undefined;
  error: LineFile | undefined;
  /** Ids so far, while it is checked. */
  readonly ids: Set<string>;
}

export interface JobsOptions {
  readonly folder: string;
  /** ms since 1970. */
  readonly now: () => number;
  readonly behave: (batch: NewBatch) => BatchBehaviour;
  /** Runs a request, and bills it. */
  readonly run: (job: Job, line: InputLine) => RowOutcome;
  /** Tokens that may wait at once, a token for four bytes; a batch beyond them fails. */
  readonly enqueuedTokens: number;
}

export class Jobs {
  readonly #jobs = new Map<string, Job>();
  /** Those that were deleted since included: no id is given twice. */
  #created = 0;

  constructor(private readonly options: JobsOptions) {}

  create(id: (nth: number) => string, input: JobInput): Job {
    const nth = ++this.#created;
    const { service, rows, tag } = input;
    const createdAt = this.options.now();
    const job: Job = {
      ...input,
      id: id(nth),
      nth,
      behaviour: this.options.behave({ service, nth, rows, tag }),
      createdAt,
      expiresAt: createdAt + (input.lifetimeMs ?? DAY_MS),
      state: 'validating',
      end: undefined,
      endedAt: undefined,
      polls: 0,
      succeeded: 0,
      failed: 0,
      failures: [],
      output: undefined,
      error: undefined,
      ids: new Set(),
    };
    this.#jobs.set(job.id, job);
    return job;
  }

  /** Undefined where there is none, or none of this key. */
  get(id: string, key: string): Job | undefined {
    const job = this.#jobs.get(id);
    return job?.key === key ? job : undefined;
  }

  /** The newest first. */
  of(service: ServiceName, key: string): Job[] {
    return [...this.#jobs.values()].reverse().filter((job) => job.service === service && job.key === key);
  }

  delete(id: string): void {
    this.#jobs.delete(id);
  }

  get all(): readonly Job[] {
    return [...this.#jobs.values()];
  }

  /** What one poll does to a job: it goes on as far as its behaviour lets it. */
  async poll(job: Job): Promise<void> {
    // Two polls at once would run it twice.
    const earlier = this.#going.get(job.id) ?? Promise.resolve();
    const now = earlier.then(() => this.#goOn(job));
    this.#going.set(job.id, now);
    await now;
  }

  readonly #going = new Map<string, Promise<void>>();

  cancel(job: Job): void {
    if (job.state === 'ended' || job.state === 'cancelling') return;
    job.state = 'cancelling';
    job.polls = 0;
  }

  async #goOn(job: Job): Promise<void> {
    const { validatingPolls = 0, runningPolls = 0, finalizingPolls = 0, cancellingPolls = 1 } = job.behaviour;
    if (job.state !== 'ended' && job.state !== 'finalizing' && this.options.now() >= job.expiresAt) {
      return this.#end(job, 'expired');
    }
    const isOver = (polls: number) => ++job.polls > polls;
    if (job.state === 'cancelling') {
      if (isOver(cancellingPolls)) await this.#end(job, 'cancelled');
      return;
    }
    if (job.state === 'validating' && isOver(validatingPolls)) {
      job.failures = await this.#validate(job);
      if (job.failures.length > 0) return this.#end(job, 'failed');
      this.#next(job, 'running');
    }
    if (job.state === 'running' && isOver(runningPolls)) {
      const { end = 'completed' } = job.behaviour;
      if (end !== 'completed') return this.#end(job, end);
      await this.#run(job, 1, undefined);
      this.#next(job, 'finalizing');
    }
    if (job.state === 'finalizing' && isOver(finalizingPolls)) this.#close(job, 'completed');
  }

  #next(job: Job, state: JobState): void {
    job.state = state;
    job.polls = 0;
  }

  async #end(job: Job, end: 'expired' | 'cancelled' | 'failed'): Promise<void> {
    if (end !== 'failed') await this.#run(job, job.behaviour.doneShare ?? 0.5, end);
    else if (job.failures.length === 0) {
      job.failures = [job.behaviour.failure ?? { code: 'server_error', message: 'The batch failed.' }];
    }
    this.#close(job, end);
  }

  #close(job: Job, end: JobEnd): void {
    job.state = 'ended';
    job.end = end;
    job.endedAt = this.options.now();
    job.ids.clear();
  }

  async #validate(job: Job): Promise<Failure[]> {
    const waiting = this.all
      .filter(({ state, service }) => state !== 'ended' && service === job.service)
      .reduce((bytes, other) => bytes + other.bytes, 0);
    if (waiting / 4 > this.options.enqueuedTokens) {
      const message = `Enqueued token limit reached for this model in organization org-fake. Limit: ${this.options.enqueuedTokens} enqueued tokens. Please try again once some in_progress batches have been completed.`;
      return [{ code: 'token_limit_exceeded', message }];
    }
    const failures: Failure[] = [];
    let number = 0;
    for await (const lines of blocksOfLines(job.inputPath)) {
      for (const text of lines) {
        number++;
        const line = job.format.readLine(text, number);
        const failure = 'message' in line ? line : job.format.check?.(line, number, job);
        if (failure !== undefined) failures.push(failure);
      }
    }
    return failures;
  }

  /** Runs the first part of its requests, and writes the results of all. */
  async #run(job: Job, share: number, end: 'expired' | 'cancelled' | undefined): Promise<void> {
    const { folder } = this.options;
    const output = new LineFile(join(folder, `${job.nth}.output`), job.behaviour.lines);
    const error = new LineFile(join(folder, `${job.nth}.error`), job.behaviour.lines);
    const done = Math.floor(job.rows * share);
    let number = 0;
    for await (const lines of blocksOfLines(job.inputPath)) {
      for (const text of lines) {
        const line = job.format.readLine(text, ++number);
        if ('message' in line) continue;
        if (number > done) {
          const unrun = end === undefined ? undefined : job.format.unrunLine(line.id, end);
          if (unrun !== undefined) error.add(unrun);
          continue;
        }
        const outcome = this.options.run(job, line);
        if (outcome.kind === 'answer') job.succeeded++;
        else job.failed++;
        const result = job.format.resultLine(line, outcome);
        if (result !== undefined) (result.file === 'output' ? output : error).add(result.text);
      }
      await output.write();
      await error.write();
    }
    await output.end();
    await error.end();
    job.output = output;
    job.error = error;
  }
}
