import { setTimeout as sleep } from 'node:timers/promises';
import type { Processes } from '../../checkpoint/lock.js';
import type { ViewFacts, ViewPage, ViewQuery, ViewSource, WholeRow } from '../../monitor/view/view-forms.js';
import { isForAll } from '../../monitor/view/view-query.js';
import { type FoundOutput, findOutput, type ViewedOutput } from './find-output.js';
import { OpenedOutput } from './opened-output.js';
import type { RowSearch } from './row-search.js';

/** Searches that are kept, one a reader: the tabs of a person. */
const MOST_SEARCHES = 8;

export interface LiveContext {
  readonly processes: Processes;
  /** How long a page waits for rows that a search has not found yet, in ms. */
  readonly patienceMs: number;
}

/**
 * An output as a source of pages, whatever becomes of it: it grows while the run goes on, gets its name when that ends, and
 * is another file after a retry.
 */
export class LiveOutput implements ViewSource {
  readonly #viewed: ViewedOutput;
  readonly #context: LiveContext;
  readonly #searches = new Map<string, { readonly query: string; readonly search: RowSearch }>();
  #found: FoundOutput | undefined;
  #opened: OpenedOutput | undefined;
  #generation = 0;
  #refreshing: Promise<void> | undefined;
  #problem: string | undefined;

  constructor(viewed: ViewedOutput, context: LiveContext) {
    this.#viewed = viewed;
    this.#context = context;
  }

  /**
   * Opens the file; it is looked through in the background.
   *
   * @throws SetUpError, CheckpointError, InputError
   */
  async open(): Promise<void> {
    await this.#look();
  }

  async facts(): Promise<ViewFacts> {
    await this.#refresh();
    const opened = this.#opened;
    const run = this.#found?.run;
    const problem = this.#problem ?? opened?.problem?.message;
    return {
      output: this.#viewed.output,
      fabric: run?.fabric,
      state: run?.state,
      isLive: run?.isLive ?? false,
      fields: opened?.fields ?? [],
      rows: opened?.rows.file.rows ?? 0,
      share: shareOf(opened, this.#found),
      values: opened?.values ?? [],
      failures: opened?.rows.failed.counts ?? [],
      unreadable: {
        input: opened?.rows.failed.unreadable ?? 0,
        output: opened?.rows.file.unreadable ?? 0,
      },
      generation: this.#generation,
      ...(problem === undefined ? {} : { problem }),
    };
  }

  async page(reader: string, query: ViewQuery, from: number, count: number): Promise<ViewPage> {
    return this.#onceMore(() => this.#page(reader, query, from, count));
  }

  async row(at: number, mostCharacters: number): Promise<WholeRow | undefined> {
    return this.#onceMore(async () => (await this.#opened?.whole([at], mostCharacters))?.[0]);
  }

  /** Ends all that goes on in the background. */
  close(): void {
    for (const reader of [...this.#searches.keys()]) this.#end(reader);
    this.#opened?.close();
  }

  /** A run that ends gives its rows another name: what was not found under the old one is looked for once more. */
  async #onceMore<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch {
      await this.#refresh();
      return read();
    }
  }

  async #page(reader: string, query: ViewQuery, from: number, count: number): Promise<ViewPage> {
    const opened = this.#opened;
    const generation = this.#generation;
    if (opened === undefined)
      return { rows: [], matched: 0, shown: 0, scanned: 0, total: 0, isDone: true, generation };
    const { file } = opened.rows;
    if (isForAll(query)) {
      this.#end(reader);
      if (file.rows < from + count) await this.#patiently(opened.index());
      const total = file.rows;
      const places = placesFrom(from + 1, Math.min(from + count, total));
      const rows = await opened.listed(places);
      const isDone = opened.isIndexed;
      return { rows, matched: total, shown: total, scanned: total, total, isDone, generation };
    }
    const search = this.#searchOf(reader, query, opened);
    // To reach the rows behind the last ones, a compressed file is read from its start: a search waits until all are known.
    const mayGo = opened.isIndexed || !opened.found.gzip;
    await this.#patiently(mayGo ? search.go() : opened.index());
    const places = search.places();
    const { matched, scanned } = search;
    const total = file.rows;
    const rows = await opened.listed(places.slice(from, from + count));
    const isDone = scanned >= total && opened.isIndexed;
    return { rows, matched, shown: places.length, scanned, total, isDone, generation };
  }

  #refresh(): Promise<void> {
    this.#refreshing ??= this.#look()
      .then(
        () => {
          this.#problem = undefined;
        },
        (error: unknown) => {
          this.#problem = error instanceof Error ? error.message : String(error);
        },
      )
      .finally(() => {
        this.#refreshing = undefined;
      });
    return this.#refreshing;
  }

  async #look(): Promise<void> {
    const found = await findOutput(this.#viewed, this.#context.processes);
    const before = this.#found;
    this.#found = found;
    if (before?.key === found.key && this.#opened !== undefined) return this.#opened.update(found);
    this.#close();
    // Before its first rows, a run has not told all its columns.
    if (found.committed?.rows === 0) return;
    this.#opened = await OpenedOutput.open(found);
    void this.#opened.index();
  }

  #close(): void {
    this.close();
    this.#searches.clear();
    this.#opened = undefined;
    this.#generation++;
  }

  #searchOf(reader: string, query: ViewQuery, opened: OpenedOutput): RowSearch {
    const text = JSON.stringify(query);
    const known = this.#searches.get(reader);
    if (known?.query === text) return known.search;
    this.#end(reader);
    const [oldest] = this.#searches.keys();
    if (oldest !== undefined && this.#searches.size >= MOST_SEARCHES) this.#end(oldest);
    const search = opened.search(query);
    this.#searches.set(reader, { query: text, search });
    return search;
  }

  #end(reader: string): void {
    this.#searches.get(reader)?.search.end();
    this.#searches.delete(reader);
  }

  /** Waits for it, but not for long. */
  async #patiently(work: Promise<void>): Promise<void> {
    const over = new AbortController();
    const patience = sleep(this.#context.patienceMs, undefined, { signal: over.signal }).catch(() => {});
    try {
      await Promise.race([work, patience]);
    } finally {
      over.abort();
      // It may fail later, when nobody waits for it.
      work.catch(() => {});
    }
  }
}

/** Of a compressed file nobody knows how much text is in it. */
function shareOf(opened: OpenedOutput | undefined, found: FoundOutput | undefined): number {
  if (opened === undefined || opened.isIndexed) return 1;
  const size = found?.size;
  return size === undefined || size === 0 ? 0 : Math.min(1, opened.rows.file.bytes / size);
}

function placesFrom(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}
