import cliProgress from 'cli-progress';
import type { LiveCounts } from '../live-counts.js';
import { visibleText } from '../visible-text.js';
import { fitted } from './fitted.js';
import { BAR_RANK, type Fact, progressFacts, type Standing } from './progress-facts.js';

/** How often the display changes, in ms. */
export interface ProgressTimings {
  readonly barMs: number;
  readonly lineMs: number;
}

export const PROGRESS_TIMINGS: ProgressTimings = { barMs: 250, lineMs: 10_000 };

/** The rate that time left is reckoned from is that of this much of the past, in ms. */
const RECENT_MS = 60_000;

export interface ProgressOptions {
  readonly counts: LiveCounts;
  /** The rows of the input, once they are counted. */
  readonly total: () => number | undefined;
  /** The size of the input, which says how far it is as long as its rows are not counted; 0 where nobody knows. */
  readonly inputBytes: number;
  /** Where the display goes. */
  readonly stream: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  /** ms, monotonic. */
  readonly now: () => number;
  readonly timings?: ProgressTimings;
}

/**
 * Shows how a run goes: a bar on a terminal, a plain line every ten seconds elsewhere.
 *
 * @returns a function that ends the display.
 */
export function showProgress(options: ProgressOptions): () => void {
  return options.stream.isTTY ? showBar(options) : showLines(options);
}

function showBar(options: ProgressOptions): () => void {
  const { stream, timings = PROGRESS_TIMINGS } = options;
  const rate = new RecentRate(options);
  const bar = new cliProgress.SingleBar({
    stream: withoutCursorMemory(stream),
    hideCursor: true,
    clearOnComplete: true,
    // Lines fit, and a note that is longer than the terminal is wide must not be cut.
    linewrap: true,
    // A note wipes the bar away, and stands in its place.
    forceRedraw: true,
    format: () => barLine(options, rate),
  });
  bar.start(1, 0);
  const timer = setInterval(() => {
    rate.note();
    bar.update(0);
  }, timings.barMs);
  return () => {
    clearInterval(timer);
    bar.stop();
  };
}

const SAVE_CURSOR = '\u001b7';
const RESTORE_CURSOR = '\u001b8';

/**
 * cli-progress goes back, at its end, to where the cursor was at its start. That is a place of the screen: a note since
 * then has moved the bar on by a line, and would be wiped away in its stead.
 */
function withoutCursorMemory(stream: NodeJS.WritableStream): NodeJS.WritableStream {
  const write = (text: string) => text === SAVE_CURSOR || text === RESTORE_CURSOR || stream.write(text);
  return Object.create(stream, { write: { value: write } });
}

function showLines(options: ProgressOptions): () => void {
  const { timings = PROGRESS_TIMINGS } = options;
  const rate = new RecentRate(options);
  const timer = setInterval(() => {
    rate.note();
    const facts = progressFacts(options.counts, standingOf(options, rate));
    options.stream.write(visibleText(`batchai: ${facts.map(({ text }) => text).join(', ')}\n`));
  }, timings.lineMs);
  return () => clearInterval(timer);
}

/** The most important facts that there is room for, behind a bar. */
function barLine(options: ProgressOptions, rate: RecentRate): string {
  const standing = standingOf(options, rate);
  const bar: Fact = { text: barOf(standing, 16), short: barOf(standing, 8), rank: BAR_RANK };
  const facts = progressFacts(options.counts, standing).map((fact) => visibleFact(fact));
  return fitted([bar, ...facts], options.stream.columns ?? 80);
}

/** Before it is measured: an escape takes more columns than the sign that it stands for. */
function visibleFact({ text, short, rank }: Fact): Fact {
  return { text: visibleText(text), ...(short !== undefined && { short: visibleText(short) }), rank };
}

function barOf({ share = 0 }: Standing, cells: number): string {
  const full = Math.round(share * cells);
  return `${'█'.repeat(full)}${'░'.repeat(cells - full)}`;
}

function standingOf(options: ProgressOptions, rate: RecentRate): Standing {
  return {
    done: rowsDone(options),
    total: options.total(),
    share: shareDone(options),
    rowsPerSecond: rate.rowsPerSecond(),
  };
}

function rowsDone({ counts }: ProgressOptions): number {
  return counts.tally.succeeded + counts.tally.failed;
}

function shareDone(options: ProgressOptions): number | undefined {
  const total = options.total();
  if (total === undefined)
    // The input may have grown since its size was taken.
    return options.inputBytes === 0
      ? undefined
      : Math.min(1, options.counts.bytesDone() / options.inputBytes);
  return total === 0 ? 1 : Math.min(1, rowsDone(options) / total);
}

/** Rows a second over the recent past, so that a resumed run's time left is not reckoned from its start. */
class RecentRate {
  readonly #notes: { at: number; done: number }[] = [];

  constructor(private readonly options: ProgressOptions) {
    this.note();
  }

  note(): void {
    const at = this.options.now();
    this.#notes.push({ at, done: rowsDone(this.options) });
    while (this.#notes.length > 2 && at - (this.#notes[0]?.at ?? at) > RECENT_MS) this.#notes.shift();
  }

  rowsPerSecond(): number {
    const first = this.#notes[0];
    const last = this.#notes.at(-1);
    if (first === undefined || last === undefined || last.at === first.at) return 0;
    return ((last.done - first.done) / (last.at - first.at)) * 1000;
  }
}
