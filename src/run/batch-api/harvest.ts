import type { BatchService, RemoteBatch, ShardResult } from '../../batch-api/batch-service.js';
import { CallError } from '../../fabric/call-error.js';
import type { FabricCall } from '../../fabric/fabric.js';
import type { RowOutcome } from '../../fabric/row-result.js';
import { addSpending } from '../../fabric/spending.js';
import { outcomeMembers } from '../../fabric/stored-result.js';
import { LineFile } from '../shards/line-file.js';
import type { Shard } from '../shards/shard.js';
import { linesOf, type ShardFolder } from '../shards/shard-files.js';
import type { BatchReplies } from './batch-replies.js';
import { type Carried, formatOpenRow, NOTHING_CARRIED, OF_THE_ACCOUNT, parseCarried } from './carried.js';
import type { HomeResults } from './home-results.js';
import { idPattern, parseRequestId, type RequestId } from './request-id.js';

export interface HarvestParts {
  readonly service: Pick<BatchService, 'results'>;
  readonly replies: Pick<BatchReplies, 'read' | 'form'>;
  readonly folder: ShardFolder;
  readonly results: HomeResults;
  /** Of the run, in ids. */
  readonly run: string;
  /** Requests that a row may cost. */
  readonly attempts: number;
  /** ms since 1970. */
  readonly wallNow: () => number;
  /** Why a row without a result fails; undefined: it is sent again. */
  readonly rest: CallError | undefined;
}

/** What a batch brought. All of it is on disk. */
export interface Harvest {
  readonly answered: number;
  /** Rows that failed for good. */
  readonly failed: number;
  /** Rows without a result, which are to be sent again. */
  readonly open: number;
  /** In the unit of the price. */
  readonly cost: number;
  readonly tokens: { readonly in: number; readonly out: number };
  /** Lines that are no result of a row of the shard. */
  readonly odd: { readonly foreign: number; readonly duplicate: number; readonly unreadable: number };
  /** Why the run cannot go on: no row is to blame. */
  readonly stop: CallError | undefined;
  /** Of the open rows, those whose request is made again in another form. */
  readonly inOtherForm: number;
}

/**
 * Takes the results of a batch that has ended, whichever way. A row's outcome goes to where the results of its home are
 * kept; rows without one go, with their requests, into the shard's open file. It may be done again after a crash: the
 * last line about a row counts, and it is the same.
 *
 * @throws BatchApiError where the results cannot be read, CallError `aborted` when the service was closed.
 */
export async function harvestShard(shard: Shard, batch: RemoteBatch, parts: HarvestParts): Promise<Harvest> {
  const rows = new HarvestedRows(shard, parts, await carriedOf(shard, parts.folder));
  for await (const result of parts.service.results(batch)) rows.take(result);
  rows.judgeDoubtful();
  await parts.results.flush();
  const open = await writeOpenRows(shard, rows, parts);
  return { ...rows.counts(), open };
}

/** What became of a shard's rows so far. */
class HarvestedRows {
  /** Rows that have a result: of an answered one, true. */
  readonly #done = new Map<number, boolean>();
  /** What the rows took, that came back to be sent again. */
  readonly #tried = new Map<number, Carried>();
  /** Rows that met what would stop a run. */
  readonly #doubtful = new Map<
    number,
    { readonly id: RequestId; readonly call: FabricCall; error: CallError }
  >();
  #failed = 0;
  #inOtherForm = 0;
  #cost = 0;
  #tokensIn = 0;
  #tokensOut = 0;
  readonly #odd = { foreign: 0, duplicate: 0, unreadable: 0 };
  #stop: CallError | undefined;

  constructor(
    private readonly shard: Shard,
    private readonly parts: HarvestParts,
    private readonly carried: ReadonlyMap<number, Carried>,
  ) {}

  take(result: ShardResult): void {
    if (result.kind === 'unreadable') {
      this.#odd.unreadable++;
      return;
    }
    const id = parseRequestId(result.id);
    if (id?.run !== this.parts.run || id.shard !== this.shard.number || !this.shard.rows.has(id.row)) {
      this.#odd.foreign++;
      return;
    }
    if (result.kind === 'not-run') return;
    if (this.#done.has(id.row) || this.#tried.has(id.row)) {
      this.#odd.duplicate++;
      if (this.#done.get(id.row) === true) return;
    }
    this.#run(id, result);
  }

  /** Where others of the batch were answered, what stops a run is the row's own, but for what is the account's. */
  judgeDoubtful(): void {
    const someAnswered = this.#done.size > this.#failed;
    for (const { id, call, error } of this.#doubtful.values()) {
      if (someAnswered && !OF_THE_ACCOUNT.has(error.kind)) this.#tryAgain(id, call, error);
      else {
        this.#stop ??= error;
        this.#tried.set(id.row, carriedOfCall(call));
      }
    }
  }

  /** The row failed, after one more request, as far as anybody knows. */
  giveUp(id: RequestId, error: CallError): void {
    const { calls, attempts, spent } = this.carriedBy(id.row);
    this.#fail(
      id,
      { row: id.row, inputs: {}, calls: calls + 1, attempts: attempts + 1, ...(spent && { spent }) },
      error,
    );
  }

  /** Every row of the shard has a result. */
  get isComplete(): boolean {
    return this.#done.size === this.shard.rows.count;
  }

  has(row: number): boolean {
    return this.#done.has(row);
  }

  carriedBy(row: number): Carried {
    return this.#tried.get(row) ?? this.carried.get(row) ?? NOTHING_CARRIED;
  }

  counts(): Omit<Harvest, 'open'> {
    return {
      answered: this.#done.size - this.#failed,
      failed: this.#failed,
      cost: this.#cost,
      tokens: { in: this.#tokensIn, out: this.#tokensOut },
      odd: this.#odd,
      stop: this.#stop,
      inOtherForm: this.#inOtherForm,
    };
  }

  #run(id: RequestId, result: Extract<ShardResult, { kind: 'response' | 'failed' }>): void {
    const { calls, attempts, spent, repair } = this.carried.get(id.row) ?? NOTHING_CARRIED;
    const call: FabricCall = {
      row: id.row,
      inputs: {},
      calls: calls + 1,
      attempts,
      ...(repair && { repair }),
    };
    try {
      if (result.kind === 'failed') throw new CallError('server', `the batch says: ${result.message}`);
      const { answer, model } = this.parts.replies.read(result, call, this.shard.form);
      this.#count(call);
      this.#finish(id, {
        status: 'answered',
        answer,
        calls: call.calls,
        latencyMs: 0,
        via: 'batch',
        ...(model !== undefined && { model }),
        ...spentOf(call, spent),
      });
    } catch (error) {
      if (!(error instanceof CallError) || error.kind === 'aborted') throw error;
      this.#count(call);
      const all = { ...call, ...spentOf(call, spent) };
      if (error.retriesInOtherForm) {
        this.#inOtherForm++;
        this.#tried.set(id.row, carriedOfCall(all));
      } else if (error.stopsRun) this.#doubtful.set(id.row, { id, call: all, error });
      else if (error.costsAttempt || error.pausesAll) this.#tryAgain(id, all, error);
      else this.#fail(id, { ...all, attempts: all.attempts + 1 }, error);
    }
  }

  #tryAgain(id: RequestId, call: FabricCall, error: CallError): void {
    const tried = { ...call, attempts: call.attempts + 1 };
    if (tried.attempts >= this.parts.attempts) this.#fail(id, tried, error);
    else this.#tried.set(id.row, carriedOfCall(tried));
  }

  #fail(id: RequestId, { calls, attempts, spent }: FabricCall, { kind, details, message }: CallError): void {
    this.#failed++;
    this.#finish(id, {
      status: 'failed',
      failure: {
        kind,
        ...(details.status === undefined ? {} : { status: details.status }),
        message,
        attempts,
        failedAt: new Date(this.parts.wallNow()).toISOString(),
      },
      calls,
      via: 'batch',
      ...(spent === undefined ? {} : { spent }),
    });
  }

  #finish({ row, crc }: RequestId, outcome: RowOutcome): void {
    // A success after a failure of the same row: the failure was a duplicate.
    if (this.#done.get(row) === false) this.#failed--;
    this.#done.set(row, outcome.status === 'answered');
    this.#tried.delete(row);
    this.#doubtful.delete(row);
    this.parts.results.add({ row, line: `{"row":${row},"crc":${crc},${outcomeMembers(outcome)}}` });
  }

  #count({ spent }: FabricCall): void {
    this.#cost += spent?.cost ?? 0;
    this.#tokensIn += spent?.input ?? 0;
    this.#tokensOut += spent?.output ?? 0;
  }
}

/** What this call took, and what was carried to it. */
function spentOf(call: FabricCall, carried: Carried['spent']): Pick<FabricCall, 'spent'> {
  const spent = addSpending(carried, call.spent);
  return spent === undefined ? {} : { spent };
}

function carriedOfCall({ calls, attempts, spent, repair }: FabricCall): Carried {
  return { calls, attempts, spent, ...(repair && { repair }) };
}

async function carriedOf(shard: Shard, folder: ShardFolder): Promise<ReadonlyMap<number, Carried>> {
  const carried = new Map<number, Carried>();
  if (shard.home !== undefined) return carried;
  for await (const lines of linesOf(folder.of(shard.number, 'carried'))) {
    for (const line of lines) {
      const one = parseCarried(line);
      carried.set(one.row, one.carried);
    }
  }
  return carried;
}

/** Copies the requests of the rows without a result. */
async function writeOpenRows(
  shard: Shard,
  rows: HarvestedRows,
  { folder, run, results, rest }: HarvestParts,
): Promise<number> {
  if (rows.isComplete) return 0;
  const pattern = idPattern(run);
  let file: LineFile | undefined;
  let open = 0;
  for await (const lines of linesOf(folder.of(shard.number, 'requests'))) {
    for (const line of lines) {
      const id = parseRequestId(pattern.exec(line)?.[1] ?? '');
      if (id === undefined || rows.has(id.row)) continue;
      if (rest !== undefined) {
        rows.giveUp(id, rest);
        continue;
      }
      file ??= await LineFile.create(folder.of(shard.number, 'open'));
      const { row } = id;
      await file.add(formatOpenRow({ row, carried: rows.carriedBy(row), line }));
      open++;
    }
  }
  await file?.close();
  if (rest !== undefined) await results.flush();
  await folder.sync();
  return open;
}
