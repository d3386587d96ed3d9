import type { Redis } from 'ioredis';
import type { Row } from '../../rows/row.js';
import {
  type FileAsk,
  type FileFault,
  type FileWord,
  fieldOfAsk,
  formatFileWord,
  PART_BYTES,
  readFileAsk,
} from '../protocol/file-ask.js';
import { type RunKeys, runKeys } from '../protocol/protocol.js';
import { Channels } from '../redis/channels.js';
import { SEND_FILE } from '../redis/file-scripts.js';
import type { QueueConnection } from '../redis/redis-connection.js';
import type { Outstanding } from './outstanding.js';

/** The files that rows name, which workers are sent. */
export interface FilesToSend {
  /** The file of that place among those that a row names; undefined where there is none. */
  fileOf(row: Row, place: number): FileToSend | undefined;
  /** For all bytes that are read here and that lie in Redis at a time. */
  readonly room: SendRoom;
}

export interface FileToSend {
  /** In bytes. */
  size(): Promise<number | FileFault>;
  /** So many bytes of it from a position on, where it still has them. */
  read(position: number, bytes: number): Promise<FilePart | FileFault>;
}

export interface FilePart {
  readonly bytes: Buffer;
  /** In hexadecimal digits. */
  readonly sha256: string;
  /** Changes with the file. */
  readonly version: string;
}

/** Room for so many bytes; `take` rejects once it is closed. */
export interface SendRoom {
  take(bytes: number): Promise<void>;
  giveBack(bytes: number): void;
  close(reason: Error): void;
}

export interface FileSenderOptions {
  readonly connection: QueueConnection;
  readonly runId: string;
  readonly outstanding: Pick<Outstanding, 'get'>;
  readonly files: FilesToSend;
  /** Bytes that no worker has taken go after so long, in ms. */
  readonly keepMs: number;
  /** Hears what ended it, beside `stop`. */
  readonly failed: (error: unknown) => void;
}

/** Longest single wait, in s: so a connection that died silently is noticed. */
const WAIT_S = 2;
const MOST_AT_ONCE = 200;

/** Bytes that lie in Redis, or are on their way there. */
interface Lying {
  readonly bytes: number;
  /** Undefined: they are on their way. */
  timer: NodeJS.Timeout | undefined;
}

/**
 * Answers workers that ask for files of rows which are outstanding here: how large one is, and its bytes, part by part.
 * These lie in Redis until their worker has taken them, or for a moment; how many at a time is bounded. Whoever misses an answer asks
 * again.
 */
export class FileSender {
  readonly #keys: RunKeys;
  readonly #channels: Channels;
  /** By their field in the hash of the run's files. */
  readonly #lying = new Map<string, Lying>();
  /** Fields of what is being read, or waits for room. */
  readonly #awaited = new Set<string>();
  /** For what blocks, and for what is large: leases are renewed on another connection. */
  #asking: Redis | undefined;
  #sending: Redis | undefined;

  constructor(private readonly options: FileSenderOptions) {
    this.#keys = runKeys(options.connection.prefix, options.runId);
    this.#channels = new Channels(options.connection);
  }

  start(): void {
    const { connection, failed } = this.options;
    const asking = connection.another();
    const sending = connection.another();
    this.#asking = asking;
    this.#sending = sending;
    this.#channels.listen(this.#keys.filesTaken, (field) => this.#free(field));
    this.#answerAll(asking, sending).catch((error) => {
      if (this.#asking === asking) failed(error);
    });
  }

  stop(): void {
    this.#asking?.disconnect();
    this.#sending?.disconnect();
    this.#asking = undefined;
    this.#sending = undefined;
    this.#channels.close();
    this.options.files.room.close(new Error('the run is over here'));
    for (const { timer } of this.#lying.values()) clearTimeout(timer);
    this.#lying.clear();
  }

  async #answerAll(asking: Redis, sending: Redis): Promise<void> {
    const { connection, failed } = this.options;
    const isRunning = () => this.#asking === asking;
    // Of a coordinator that was killed: it is not counted here.
    await connection.patiently(async () => isRunning() && sending.unlink(this.#keys.files));
    while (isRunning()) {
      const texts = await connection.patiently(async () => (isRunning() ? this.#nextAsks(asking) : []));
      for (const text of texts) {
        this.#answer(text, sending).catch((error) => {
          if (isRunning()) failed(error);
        });
      }
    }
  }

  async #nextAsks(asking: Redis): Promise<string[]> {
    const first = await asking.bzpopmin(this.#keys.fileAsks, WAIT_S);
    if (first === null) return [];
    const more = await asking.zpopmin(this.#keys.fileAsks, MOST_AT_ONCE);
    // Members and their scores in turn.
    return [first[1], ...more.filter((_, index) => index % 2 === 0)];
  }

  async #answer(text: string, sending: Redis): Promise<void> {
    const ask = readFileAsk(text);
    const file = ask && this.#fileOf(ask);
    if (ask === undefined || file === undefined) return;
    if (ask.about === 'bytes') return this.#send(ask, file, sending);
    const size = await file.size();
    await this.#tell(
      ask,
      typeof size === 'number'
        ? { nth: ask.nth, kind: 'size', bytes: size }
        : { nth: ask.nth, kind: 'problem', text: size.problem },
    );
  }

  /** Of rows that are outstanding: anybody may ask. */
  #fileOf({ batchId, row: number, place }: FileAsk): FileToSend | undefined {
    const row = this.options.outstanding.get(batchId)?.rows.find((one) => one.number === number);
    return row && this.options.files.fileOf(row, place);
  }

  async #send(ask: FileAsk, file: FileToSend, sending: Redis): Promise<void> {
    const field = fieldOfAsk(ask);
    if (this.#awaited.has(field)) return;
    // Its worker has missed that they are there, or Redis has lost them.
    if (this.#lying.has(field)) this.#drop(field);
    this.#awaited.add(field);
    try {
      const fault = await this.#sendInRoom(ask, file, sending);
      if (fault !== undefined) await this.#tell(ask, { nth: ask.nth, kind: 'problem', text: fault.problem });
    } finally {
      this.#awaited.delete(field);
    }
  }

  async #sendInRoom(ask: FileAsk, file: FileToSend, sending: Redis): Promise<FileFault | undefined> {
    const { files, connection, keepMs } = this.options;
    const size = await file.size();
    if (typeof size !== 'number') return size;
    const position = ask.part * PART_BYTES;
    const bytes = Math.min(PART_BYTES, Math.max(0, size - position));
    await files.room.take(bytes);
    const field = fieldOfAsk(ask);
    // Before they are there: word that they were taken may come before word that they were sent.
    const lying: Lying = { bytes, timer: undefined };
    this.#lying.set(field, lying);
    let heard: unknown = 0;
    try {
      if (this.#fileOf(ask) === undefined) return undefined;
      const part = await file.read(position, bytes);
      if ('problem' in part) return part;
      const { sha256, version } = part;
      const word = formatFileWord({ nth: ask.nth, kind: 'sent', sha256, version });
      const args = [field, part.bytes, keepMs, this.#keys.fileWords(ask.workerId), word];
      const keys = [this.#keys.record, this.#keys.files];
      heard = await connection.patiently(async () =>
        this.#sending === sending ? SEND_FILE.run(sending, keys, args) : 0,
      );
    } finally {
      if (heard === 0) this.#free(field);
    }
    if (this.#lying.get(field) === lying) lying.timer = setTimeout(() => this.#drop(field), keepMs).unref();
    return undefined;
  }

  async #tell({ workerId }: FileAsk, word: FileWord): Promise<void> {
    const { redis } = this.options.connection;
    // Whoever does not hear it asks again.
    await redis.publish(this.#keys.fileWords(workerId), formatFileWord(word)).catch(() => {});
  }

  #drop(field: string): void {
    this.#sending?.hdel(this.#keys.files, field).catch(() => {});
    this.#free(field);
  }

  #free(field: string): void {
    const lying = this.#lying.get(field);
    if (lying === undefined) return;
    this.#lying.delete(field);
    clearTimeout(lying.timer);
    this.options.files.room.giveBack(lying.bytes);
  }
}
