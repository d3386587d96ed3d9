import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { CallError } from '../../fabric/call-error.js';
import type { Inputs } from '../../fabric/fabric.js';
import {
  type FileAsk,
  type FileFault,
  type FileWord,
  fieldOfAsk,
  formatFileAsk,
  readFileWord,
} from '../protocol/file-ask.js';
import { type RunKeys, runKeys } from '../protocol/protocol.js';
import type { Channels } from '../redis/channels.js';
import { exec } from '../redis/exec.js';
import { ASK_FILE } from '../redis/file-scripts.js';
import type { QueueConnection } from '../redis/redis-connection.js';
import type { HeldBatch } from './held-batch.js';
import { held } from './while-held.js';

export interface AskedFilesOptions {
  readonly connection: QueueConnection;
  readonly channels: Channels;
  readonly runId: string;
  readonly workerId: string;
  /** Tells a question of this worker's from all others. */
  readonly nextAsk: () => number;
  /** The batch in hand that a row belongs to. */
  readonly batchOf: (row: number) => HeldBatch | undefined;
  /** Aborted when the worker gives the run up: nothing is waited for any more. */
  readonly signal: AbortSignal;
  /** A question without an answer is asked again after so long, in ms. */
  readonly askAgainMs: number;
}

/** The files that rows in hand name, and that the coordinator has. */
export interface FilesElsewhere {
  /** What is sent of a row. @throws CallError `aborted` where it is another worker's by now. */
  inputsOf(row: number): Inputs;
  /** The size of a row's file in bytes, by its place among them. @throws CallError `aborted` */
  sizeOf(row: number, place: number): Promise<number | FileFault>;
  /** One of its parts, from 0: of PART_BYTES, but for the last. @throws CallError `aborted` */
  read(row: number, place: number, part: number): Promise<PartArrived | FileFault>;
}

export interface PartArrived {
  readonly bytes: Buffer;
  /** In hexadecimal digits. */
  readonly sha256: string;
  /** Changes with the file. */
  readonly version: string;
}

/** Whoever waits for the coordinator's word. */
interface Waiter {
  word: FileWord | undefined;
  wake: () => void;
}

/** Asks the coordinator for files, again and again until it answers: it may be away, and so may Redis. */
export class AskedFiles implements FilesElsewhere {
  readonly #keys: RunKeys;
  readonly #waiters = new Map<number, Waiter>();
  /** For what is large: holds on batches are renewed on another connection. */
  #taking: Redis | undefined;
  #unlisten: (() => Promise<void>) | undefined;

  constructor(private readonly options: AskedFilesOptions) {
    this.#keys = runKeys(options.connection.prefix, options.runId);
    options.signal.addEventListener('abort', () => this.#wakeAll(), { once: true });
  }

  /** Listens, before anything is asked. */
  open(): void {
    const { channels, workerId } = this.options;
    this.#unlisten = channels.listen(this.#keys.fileWords(workerId), (text) => this.#hear(text));
  }

  async close(): Promise<void> {
    this.#taking?.disconnect();
    await this.#unlisten?.();
  }

  inputsOf(row: number): Inputs {
    return held(this.options.batchOf(row)).inputsOf(row);
  }

  async sizeOf(row: number, place: number): Promise<number | FileFault> {
    const { word } = await this.#ask('size', row, place, 0);
    if (word.kind === 'size') return word.bytes;
    return faultOf(word);
  }

  async read(row: number, place: number, part: number): Promise<PartArrived | FileFault> {
    for (;;) {
      const { ask, word } = await this.#ask('bytes', row, place, part);
      if (word.kind !== 'sent') return faultOf(word);
      const bytes = await this.#take(fieldOfAsk(ask));
      // They were gone when this worker came for them.
      if (bytes === null) continue;
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return sha256 === word.sha256
        ? { bytes, sha256, version: word.version }
        : { problem: 'what came of it over the queue is not what was sent' };
    }
  }

  async #ask(
    about: FileAsk['about'],
    row: number,
    place: number,
    part: number,
  ): Promise<{ readonly ask: FileAsk; readonly word: FileWord }> {
    const { connection, workerId, batchOf, nextAsk } = this.options;
    const { id: batchId } = held(batchOf(row));
    const ask: FileAsk = { about, workerId, nth: nextAsk(), batchId, row, place, part };
    const waiter: Waiter = { word: undefined, wake: () => {} };
    this.#waiters.set(ask.nth, waiter);
    try {
      for (;;) {
        this.#check(row);
        await connection.patiently(() =>
          ASK_FILE.run(connection.redis, [this.#keys.record, this.#keys.fileAsks], [formatFileAsk(ask)]),
        );
        await this.#heard(waiter);
        if (waiter.word !== undefined) return { ask, word: waiter.word };
      }
    } finally {
      this.#waiters.delete(ask.nth);
    }
  }

  /** @throws CallError `aborted` where there is no need any more to wait. */
  #check(row: number): void {
    if (this.options.signal.aborted) throw new CallError('aborted', 'the worker gives the run up');
    held(this.options.batchOf(row));
  }

  /** Resolves when there is a word, or no longer any use in waiting for it. */
  async #heard(waiter: Waiter): Promise<void> {
    if (waiter.word !== undefined || this.options.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.options.askAgainMs);
      waiter.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #hear(text: string): void {
    const word = readFileWord(text);
    if (word === undefined) return;
    const waiter = this.#waiters.get(word.nth);
    if (waiter !== undefined) {
      waiter.word = word;
      waiter.wake();
    } else if (word.kind === 'sent') {
      this.#leave(fieldOfAsk({ workerId: this.options.workerId, nth: word.nth }));
    }
  }

  #wakeAll(): void {
    for (const { wake } of this.#waiters.values()) wake();
  }

  /** Null where there is nothing. */
  async #take(field: string): Promise<Buffer | null> {
    const { connection, signal } = this.options;
    const { files, filesTaken } = this.#keys;
    const bytes = await connection.patiently(async () => {
      if (signal.aborted) return null;
      this.#taking ??= connection.another();
      const [found] = await exec(this.#taking.pipeline().hgetBuffer(files, field).hdel(files, field));
      return found as Buffer | null;
    });
    // Only now is there room again: until they are here, they are in what Redis has yet to send.
    connection.redis.publish(filesTaken, field).catch(() => {});
    return bytes;
  }

  /** Bytes that nobody here waits for any more. */
  #leave(field: string): void {
    const { redis } = this.options.connection;
    const { files, filesTaken } = this.#keys;
    redis
      .pipeline()
      .hdel(files, field)
      .publish(filesTaken, field)
      .exec()
      .catch(() => {});
  }
}

function faultOf(word: FileWord): FileFault {
  return { problem: word.kind === 'problem' ? word.text : 'the coordinator did not say what it holds' };
}
