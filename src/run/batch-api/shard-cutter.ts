import { crc32 } from 'node:zlib';
import type { BatchService } from '../../batch-api/batch-service.js';
import { textBytes } from '../../fabric/attachments/text-bytes.js';
import { isJsonObject } from '../../fabric/http/json-body.js';
import type { JsonObject } from '../../json/json-value.js';
import { parsePlainJson } from '../../json/parse-json.js';
import { InputError, UnreadableRowError } from '../../rows/input-error.js';
import type { Row, RowBlock } from '../../rows/row.js';
import { LineFile } from '../shards/line-file.js';
import { RowRanges } from '../shards/row-ranges.js';
import type { Shard } from '../shards/shard.js';
import { linesOf, type ShardFolder } from '../shards/shard-files.js';
import type { ShardRecord } from '../shards/shard-records.js';
import { ShardRoom } from '../shards/shard-room.js';
import type { Shards } from '../shards/shards.js';
import type { BatchReplies, MadeRequest } from './batch-replies.js';
import { formatCarried, NOTHING_CARRIED, type OpenRow, parseOpenRow } from './carried.js';
import { formatRequestId, idPattern, lineOfShard, parseRequestId, type RequestId } from './request-id.js';

export type WrittenShard = Extract<ShardRecord, { step: 'written' }>;

/** A row that is to be sent, and is in no shard yet. */
export interface StrayRow {
  readonly row: Row;
  readonly request: MadeRequest;
}

export interface CutterParts {
  readonly service: Pick<BatchService, 'line' | 'limits'>;
  readonly folder: ShardFolder;
  readonly shards: Shards;
  /** Of the run, in ids. */
  readonly run: string;
  /** Rows a shard at most. */
  readonly mostRows: number;
  /** The input, from the first row that is not committed. */
  readonly blocks: () => AsyncGenerator<RowBlock, void>;
  /** The row after which `blocks` begins. */
  readonly from: number;
  /** The JSON of a row's request; undefined where the row needs none, or where it cannot be made. */
  readonly requestOf: (row: Row) => Promise<MadeRequest | undefined>;
  /** Makes requests again, in another form or with a word about the answer. */
  readonly replies: Pick<BatchReplies, 'form' | 'remade'>;
  /** A row that is in a shard already was looked at again. */
  readonly seen: (row: Row) => void;
  /** Whether that row is the one that was sent. */
  readonly isAsSent: (row: Row) => Promise<boolean>;
  /** Several are not: stops the run. */
  readonly rowsChanged: (row: number) => void;
  /** What a request of so many bytes can cost at most; 0 where nobody asks. */
  readonly mostCost: (bytes: number) => number;
  /** What may be spent on the next shard; Infinity where nobody asks. */
  readonly mayCost: () => number;
  /** Tokens a shard at most; Infinity where nobody knows. */
  readonly mostTokens: () => number;
  readonly isStopped: () => boolean;
  /** Requests have files in them. */
  readonly hasFiles: boolean;
  /** ms since 1970. */
  readonly wallNow: () => number;
}

/** A cut that came to nothing. */
export type NoShard = 'stopped' | 'budget' | 'nothing';

interface Request {
  readonly row: Row;
  /** Undefined: it is not sent. */
  readonly made: MadeRequest | undefined;
}

/**
 * Writes the request files of shards: of rows as they stand in the input, or of rows that came back without a result.
 * A shard holds what the service takes and what may be spent. What is written is on disk; the record that makes a shard
 * of it is for the caller to note.
 */
export class ShardCutter {
  readonly #rows: AsyncGenerator<Row, void>;
  readonly #pattern: RegExp;
  /** It did not fit into the last shard. */
  #held: Request | undefined;
  #isAtEnd = false;
  /** Rows in shards that are not what they were when they were sent. */
  #changed = 0;

  constructor(private readonly parts: CutterParts) {
    this.#rows = rowsOf(parts.blocks());
    this.#pattern = idPattern(parts.run);
  }

  /** All rows of the input have been looked at. */
  get isAtEnd(): boolean {
    return this.#isAtEnd;
  }

  /** The next rows of the input. The last shard may be a home without requests. */
  async cutInput(): Promise<WrittenShard | NoShard> {
    const { service, folder, shards, run, wallNow, isStopped, replies } = this.parts;
    const shard = shards.next;
    const from = Math.max(shards.lastRow, this.parts.from) + 1;
    const room = this.#room();
    const rows = new RowRanges();
    let to = from - 1;
    let file: LineFile | undefined;
    let form: string | undefined;
    for (;;) {
      const request = this.#held ?? (await this.#nextRequest());
      this.#held = undefined;
      if (isStopped()) {
        await file?.close();
        return 'stopped';
      }
      if (request === undefined) break;
      const { row, made } = request;
      if (made !== undefined) form ??= made.form;
      // The service refused the form meanwhile: all requests of a shard have the same.
      if (made !== undefined && made.form !== form) {
        this.#held = request;
        break;
      }
      const line =
        made === undefined
          ? undefined
          : service.line(formatRequestId({ run, shard, row: row.number, crc: crc32(row.text) }), made.body);
      const bytes = line === undefined ? 0 : Buffer.byteLength(line) + 1;
      // A request that no shard has room for is not sent; its row fails when its turn comes.
      if (line !== undefined && bytes <= service.limits.bytes) {
        if (!room.takes(bytes, this.#counted(line, bytes))) {
          this.#held = request;
          break;
        }
        file ??= await LineFile.create(folder.of(shard, 'requests'));
        const written = file.add(line);
        if (written !== undefined) await written;
        rows.add(row.number);
      }
      to = row.number;
    }
    const bytes = (await file?.close()) ?? 0;
    await folder.sync();
    if (to < from) return this.#held === undefined ? 'nothing' : 'budget';
    const { reserved, tokens } = room;
    return {
      ...{ step: 'written', shard, at: wallNow(), home: { from, to }, rows: rows.toString() },
      ...{ bytes, form: form ?? replies.form, tokens, reserved, takes: [] },
    };
  }

  /** Rows that came back without a result, the oldest first, and strays. */
  async cutOpen(strays: readonly StrayRow[]): Promise<WrittenShard | NoShard> {
    const { service, folder, shards, run, wallNow, replies } = this.parts;
    const { form } = replies;
    const shard = shards.next;
    const room = this.#room();
    const numbers: number[] = [];
    const takes: { shard: number; rows: number }[] = [];
    const requests = await LineFile.create(folder.of(shard, 'requests'));
    const carried = await LineFile.create(folder.of(shard, 'carried'));
    for (const source of [...shards.all].filter(({ open, taken }) => open > taken)) {
      let taken = 0;
      for await (const open of this.#openRowsOf(source)) {
        const line = this.#lineAgain(open, source.form, { shard, form });
        if (!this.#takes(room, line)) break;
        await requests.add(line);
        await carried.add(formatCarried(open.row, open.carried));
        numbers.push(open.row);
        taken++;
      }
      if (taken > 0) takes.push({ shard: source.number, rows: taken });
      if (taken < source.open - source.taken) break;
    }
    for (const { row, request } of strays) {
      const id = { run, shard, row: row.number, crc: crc32(row.text) };
      const made = { id, line: service.line(formatRequestId(id), request.body), carried: NOTHING_CARRIED };
      const line = this.#lineAgain(made, request.form, { shard, form });
      if (!this.#takes(room, line)) break;
      await requests.add(line);
      await carried.add(formatCarried(row.number, NOTHING_CARRIED));
      numbers.push(row.number);
    }
    const bytes = await requests.close();
    await carried.close();
    await folder.sync();
    if (numbers.length === 0) return 'budget';
    const rows = RowRanges.of(numbers.sort((a, b) => a - b)).toString();
    const { reserved, tokens } = room;
    return {
      ...{ step: 'written', shard, at: wallNow(), home: null, rows, bytes, form, tokens, reserved },
      takes,
    };
  }

  async close(): Promise<void> {
    await this.#rows.return();
  }

  #takes(room: ShardRoom, line: string): boolean {
    const bytes = Buffer.byteLength(line) + 1;
    return room.takes(bytes, this.#counted(line, bytes));
  }

  /** Its bytes as tokens are guessed from them. */
  #counted(line: string, bytes: number): number {
    return this.parts.hasFiles ? textBytes(line) : bytes;
  }

  /** The rows of an open file that are in no later shard. */
  async *#openRowsOf({ number, taken }: Shard): AsyncGenerator<OpenRow & { readonly id: RequestId }, void> {
    let at = 0;
    for await (const lines of linesOf(this.parts.folder.of(number, 'open'))) {
      for (const text of lines) {
        if (at++ < taken) continue;
        const open = parseOpenRow(text);
        const id = parseRequestId(this.#pattern.exec(open.line)?.[1] ?? '');
        if (id !== undefined) yield { ...open, id };
      }
    }
  }

  /** A request that is sent again: as it was, in the form in use, or with what was wrong with the answer to it. */
  #lineAgain(
    { line, id, carried: { repair } }: Pick<OpenRow, 'line' | 'carried'> & { readonly id: RequestId },
    formBefore: string,
    { shard, form }: { readonly shard: number; readonly form: string },
  ): string {
    if (repair === undefined && formBefore === form) return lineOfShard(line, id, shard);
    const request = requestIn(line);
    const body = request && this.parts.replies.remade(request, form, repair);
    if (body === undefined) return lineOfShard(line, id, shard);
    return this.parts.service.line(formatRequestId({ ...id, shard }), body);
  }

  async #nextRequest(): Promise<Request | undefined> {
    const { shards, requestOf, seen, isAsSent, rowsChanged, isStopped } = this.parts;
    while (!isStopped()) {
      const row = await this.#nextRow();
      if (row === undefined) return undefined;
      if (row.number > shards.lastRow) return { row, made: await requestOf(row) };
      seen(row);
      // One may have been mended since it was sent; several say that rows were put in or taken out before them.
      if (!(await isAsSent(row)) && ++this.#changed > 1) rowsChanged(row.number);
    }
    return undefined;
  }

  async #nextRow(): Promise<Row | undefined> {
    if (this.#isAtEnd) return undefined;
    try {
      const { done, value } = await this.#rows.next();
      if (!done) return value;
    } catch (error) {
      // The run reads the same rows, and stops where they cannot be read.
      if (!(error instanceof UnreadableRowError || error instanceof InputError)) throw error;
    }
    this.#isAtEnd = true;
    return undefined;
  }

  #room(): ShardRoom {
    const { service, mostRows, mostCost, mayCost, mostTokens } = this.parts;
    return new ShardRoom({
      rows: Math.min(mostRows, service.limits.rows),
      bytes: service.limits.bytes,
      tokens: Math.min(mostTokens(), service.limits.tokens ?? Number.POSITIVE_INFINITY),
      cost: mayCost(),
      mostCost,
    });
  }
}

/** The request in a line, under whichever name its service has it. */
function requestIn(line: string): JsonObject | undefined {
  const object = parsePlainJson(line);
  return isJsonObject(object) ? [object.body, object.params, object.request].find(isJsonObject) : undefined;
}

async function* rowsOf(blocks: AsyncGenerator<RowBlock, void>): AsyncGenerator<Row, void> {
  for await (const { rows } of blocks) yield* rows;
}
