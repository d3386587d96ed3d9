import type CliProgress from 'cli-progress';
import { formatDuration } from '../../wording/wording.js';
import type { LiveCounts } from '../live-counts.js';
import { visibleText } from '../visible-text.js';
import { fitLine } from './fit-line.js';
import { BAR_RANK, EXTRA_RANK, type ProgressFact, progressFacts, type Standing } from './progress-facts.js';
import { PROGRESS_TIMINGS, type ProgressTimings } from './progress-timings.js';

/** The time over which the speed is averaged for the time left, in ms. */
const RECENT_MS = 60_000;

export interface ProgressOptions {
  readonly counts: LiveCounts;
  /** The rows of the input, once they are counted. */
  readonly total: () => number | undefined;
  /** The size of the input, for the share done until its rows are counted; 0 where it is unknown. */
  readonly inputBytes: number;
  /** Where the display goes. */
  readonly stream: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  /** ms, monotonic. */
  readonly now: () => number;
  readonly timings?: ProgressTimings;
}

/** Shows a run's progress; returns a function that ends the display. */
export type ShowProgress = (options: ProgressOptions) => () => void;

/** The display for a stream: a bar on a terminal, a plain line every ten seconds elsewhere. */
export async function progressOn({ isTTY }: Pick<ProgressOptions['stream'], 'isTTY'>): Promise<ShowProgress> {
  if (!isTTY) return showLines;
  const { default: cliProgress } = await import('cli-progress');
  return (options) => showBar(cliProgress, options);
}

function showBar(cliProgress: typeof CliProgress, options: ProgressOptions): () => void {
  const { stream, timings = PROGRESS_TIMINGS } = options;
  const speed = new RecentSpeed(options);
  const bar = new cliProgress.SingleBar({
    stream: withoutCursorMemory(stream),
    hideCursor: true,
    clearOnComplete: true,
    // The bar fits the width; notes that are wider must wrap, not be cut.
    linewrap: true,
    // A note replaces the bar, which is drawn again below it.
    forceRedraw: true,
    format: () => barLine(options, speed),
  });
  bar.start(1, 0);
  const timer = setInterval(() => {
    speed.note();
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
 * At its end, cli-progress restores the cursor to its place at the start. A note since then has moved the bar down by a
 * line, and would be wiped instead of it.
 */
function withoutCursorMemory(stream: NodeJS.WritableStream): NodeJS.WritableStream {
  const write = (text: string) => text === SAVE_CURSOR || text === RESTORE_CURSOR || stream.write(text);
  return Object.create(stream, { write: { value: write } });
}

function showLines(options: ProgressOptions): () => void {
  const { timings = PROGRESS_TIMINGS } = options;
  const speed = new RecentSpeed(options);
  const timer = setInterval(() => {
    speed.note();
    const facts = progressFacts(options.counts, standingOf(options, speed));
    options.stream.write(visibleText(`batchai: ${facts.map(({ text }) => text).join(', ')}\n`));
  }, timings.lineMs);
  return () => clearInterval(timer);
}

/** The bar and the most important facts that fit. */
function barLine(options: ProgressOptions, speed: RecentSpeed): string {
  const standing = standingOf(options, speed);
  const bar: ProgressFact = { text: barOf(standing, 16), short: barOf(standing, 8), rank: BAR_RANK };
  const facts = progressFacts(options.counts, standing).map((fact) => visibleFact(fact));
  const elapsed: ProgressFact = { text: `${formatDuration(speed.elapsedMs())} so far`, rank: EXTRA_RANK };
  return fitLine([bar, ...facts, elapsed], options.stream.columns ?? 80);
}

/** Escapes a fact before its width is measured: an escape takes more columns than its character. */
function visibleFact({ text, short, rank }: ProgressFact): ProgressFact {
  return { text: visibleText(text), ...(short !== undefined && { short: visibleText(short) }), rank };
}

function barOf({ share = 0 }: Standing, cells: number): string {
  const full = Math.round(share * cells);
  return `${'█'.repeat(full)}${'░'.repeat(cells - full)}`;
}

function standingOf(options: ProgressOptions, speed: RecentSpeed): Standing {
  return {
    done: rowsDone(options),
    total: options.total(),
    share: shareDone(options),
    rowsPerSecond: speed.rowsPerSecond(),
  };
}

function rowsDone({ counts }: ProgressOptions): number {
  return counts.tally.succeeded + counts.tally.failed + (counts.elsewhere?.() ?? 0);
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

/** Rows a second over the last minute, so that a resumed run's time left does not depend on its earlier parts. */
class RecentSpeed {
  readonly #notes: { at: number; done: number }[] = [];
  readonly #startedAt: number;

  constructor(private readonly options: ProgressOptions) {
    this.#startedAt = options.now();
    this.note();
  }

  elapsedMs(): number {
    return Math.max(0, this.options.now() - this.#startedAt);
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
