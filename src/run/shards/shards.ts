import { RowRanges } from './row-ranges.js';
import { RowsOnTheirWay } from './rows-on-their-way.js';
import { isDone, isHarvested, isWaiting, lastRowOf, type Shard, type ShardStep } from './shard.js';
import { remoteBatchOf, type ShardRecord } from './shard-records.js';

/** What the log of a run's shards comes to. */
export class Shards {
  /** What the run began with; undefined where nothing was sent. */
  opened: Extract<ShardRecord, { step: 'opened' }> | undefined;
  /** Nothing is sent any more. */
  isLive = false;
  /** The form of requests, where the service refused the best one. */
  form: string | undefined;
  /** Tokens that the service's queue holds, as far as it has told. */
  queueLimit = Number.POSITIVE_INFINITY;
  readonly #all = new Map<number, Shard>();
  /** Shards with a home, in order of their rows. */
  readonly #homes: Shard[] = [];
  /** Shards of rows that are sent again, as long as something is to come of them. */
  readonly #sentAgain = new RowsOnTheirWay<Shard>();
  /** Shards that are to be created, and those whose batch is at the service. */
  readonly #waiting = new Set<Shard>();
  readonly #out = new Set<Shard>();
  #openRows = 0;
  #reserved = 0;
  #cost = 0;
  #next = 1;
  #lastRow = 0;

  /** @throws SyntaxError where a step is of a shard that was never written. */
  constructor(records: readonly ShardRecord[]) {
    for (const record of records) this.apply(record);
  }

  apply(record: ShardRecord): void {
    if (record.step === 'opened') {
      this.opened = record;
      return;
    }
    if (record.step === 'live') {
      this.isLive = true;
      return;
    }
    if (record.step === 'queue-limit') {
      this.queueLimit = record.tokens;
      return;
    }
    if (record.step === 'form') {
      this.form = record.form;
      return;
    }
    if (record.step === 'written') {
      this.#write(record);
      return;
    }
    const shard = this.#all.get(record.shard);
    if (shard === undefined)
      throw new SyntaxError(`a step of shard ${record.shard}, which was never written`);
    if (record.step === 'seen') {
      shard.batch = remoteBatchOf(record.batch);
      return;
    }
    this.#step(shard, record.step);
    switch (record.step) {
      case 'uploading':
        shard.upload = { state: 'begun' };
        break;
      case 'uploaded':
        shard.upload = { state: 'done', file: record.file };
        break;
      case 'creating':
        shard.sentAt = record.at;
        shard.sentBy = record.by;
        break;
      case 'withdrawn':
        shard.upload = { state: 'none' };
        break;
      case 'freed':
        shard.batch = undefined;
        break;
      case 'created':
      case 'ended':
        shard.batch = remoteBatchOf(record.batch);
        break;
      case 'harvested':
        shard.open = record.open;
        shard.cost = record.cost;
        shard.results = record.answered + record.failed;
        this.#openRows += record.open;
        this.#cost += record.cost;
        break;
    }
    if (isDone(shard)) this.#sentAgain.remove(shard);
  }

  get all(): IterableIterator<Shard> {
    return this.#all.values();
  }

  get(number: number): Shard | undefined {
    return this.#all.get(number);
  }

  /** The number of the next shard. */
  get next(): number {
    return this.#next;
  }

  /** The last row that has a home: rows behind it have not been looked at. */
  get lastRow(): number {
    return this.#lastRow;
  }

  /** Shards that keep results, in order of their rows. */
  get homes(): readonly Shard[] {
    return this.#homes;
  }

  /** The shard with which the results of a row are kept. */
  homeOf(row: number): Shard | undefined {
    let low = 0;
    let high = this.#homes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#homes[middle]?.home?.to ?? 0) < row) low = middle + 1;
      else high = middle;
    }
    const home = this.#homes[low];
    return home?.home !== undefined && home.home.from <= row ? home : undefined;
  }

  /** Shards that are to be created, the first one first. */
  get waiting(): Shard[] {
    return inOrder(this.#waiting);
  }

  /** Shards whose batch is at the service, and not harvested, the first one first. */
  get out(): Shard[] {
    return inOrder(this.#out);
  }

  /** Those of them that the service has: results come of them. */
  get visible(): Shard[] {
    return this.out.filter(({ isGone }) => !isGone);
  }

  /** Rows that came back without a result, and are in no later shard. */
  get openRows(): number {
    return this.#openRows;
  }

  /** What all harvested shards cost. */
  get cost(): number {
    return this.#cost;
  }

  /** What shards that are not harvested may cost at most. */
  get reserved(): number {
    return this.#reserved;
  }

  /** The row is on its way: it is sent, or will be sent again. */
  isOnItsWay(row: number): boolean {
    const home = this.homeOf(row);
    if (home?.rows.has(row) && !isDone(home)) return true;
    return this.#sentAgain.has(row);
  }

  /** The row is in a shard of rows that are sent again. */
  isSentAgain(row: number): boolean {
    return this.#sentAgain.has(row);
  }

  /** Shards of which something is to come yet, where so many rows are in the output. */
  unfinished(rowsCommitted: number): number {
    return this.#unfinished(rowsCommitted).length;
  }

  /** The last row that is sent, of those shards; 0 where there is none. */
  lastRowOfUnfinished(rowsCommitted: number): number {
    return Math.max(0, ...this.#unfinished(rowsCommitted).map(({ rows }) => rows.last));
  }

  /** Forgets shards of which nothing is wanted any more. */
  forget(number: number): void {
    const shard = this.#all.get(number);
    if (shard === undefined) return;
    this.#all.delete(number);
    const at = this.#homes.indexOf(shard);
    if (at !== -1) this.#homes.splice(at, 1);
  }

  #step(shard: Shard, step: ShardStep): void {
    if (isHarvested({ step }) && !isHarvested(shard)) this.#reserved -= shard.reserved;
    shard.step = step;
    this.#waiting.delete(shard);
    this.#out.delete(shard);
    if (isWaiting(shard)) this.#waiting.add(shard);
    else if (!isHarvested(shard)) this.#out.add(shard);
  }

  #unfinished(rowsCommitted: number): Shard[] {
    return [...this.#all.values()].filter((shard) => !isDone(shard) || lastRowOf(shard) > rowsCommitted);
  }

  #write(record: Extract<ShardRecord, { step: 'written' }>): void {
    const { shard: number, home, rows, bytes, form, tokens, reserved, at, takes } = record;
    for (const { shard, rows: taken } of takes) {
      const from = this.#all.get(shard);
      if (from === undefined) continue;
      from.taken += taken;
      this.#openRows -= taken;
      if (isDone(from)) this.#sentAgain.remove(from);
    }
    const ranges = RowRanges.parse(rows);
    const shard: Shard = {
      number,
      home: home ?? undefined,
      rows: ranges,
      bytes,
      form,
      tokens,
      reserved: reserved ?? 0,
      writtenAt: at,
      step: 'written',
      upload: { state: 'none' },
      sentAt: 0,
      sentBy: undefined,
      batch: undefined,
      open: 0,
      taken: 0,
      isGone: false,
      waitsForRoom: false,
      queueRefusals: 0,
      cost: 0,
      results: 0,
    };
    this.#all.set(number, shard);
    this.#next = number + 1;
    this.#reserved += shard.reserved;
    // Without rows it is a home and nothing else.
    this.#step(shard, ranges.count === 0 ? 'removed' : 'written');
    if (home === null) {
      this.#sentAgain.add(shard);
      return;
    }
    this.#homes.push(shard);
    this.#lastRow = home.to;
  }
}

function inOrder(shards: ReadonlySet<Shard>): Shard[] {
  return [...shards].sort((a, b) => a.number - b.number);
}
