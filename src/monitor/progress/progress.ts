import { formatCount } from '../../wording/wording.js';
import type { LiveCounts } from '../live-counts.js';
import { visibleText } from '../visible-text.js';
import { fitLine } from './fit-line.js';
import { LiveLine, type TerminalStream } from './live-line.js';
import { BAR_RANK, type ProgressFact, progressFacts, type Standing } from './progress-facts.js';
import { PROGRESS_TIMINGS, type ProgressTimings } from './progress-timings.js';
import { SteadyWidths } from './steady-widths.js';

/** The time over which the speed is averaged for the time left, in ms. */
const RECENT_MS = 60_000;

export interface ProgressOptions {
  readonly counts: LiveCounts;
  /** The rows of the input, once they are counted. */
  readonly total: () => number | undefined;
  /** The size of the input, for the share done until its rows are counted; 0 where it is unknown. */
  readonly inputBytes: number;
  /** Where the display goes. */
  readonly stream: TerminalStream;
  /** ms, monotonic. */
  readonly now: () => number;
  readonly timings?: ProgressTimings;
}

/** Shows a run's progress; returns a function that ends the display. */
export type ShowProgress = (options: ProgressOptions) => () => void;

/** The display for a stream: a bar on a terminal, a plain line every ten seconds elsewhere. */
export function progressOn({ isTTY }: Pick<ProgressOptions['stream'], 'isTTY'>): ShowProgress {
  return isTTY ? showBar : showLines;
}

function showBar(options: ProgressOptions): () => void {
  const { stream, timings = PROGRESS_TIMINGS } = options;
  const speed = new RecentSpeed(options);
  const widths = new SteadyWidths();
  const line = new LiveLine(stream, (columns) => barLine(options, speed, { widths, columns }));
  const timer = setInterval(() => {
    speed.note();
    line.draw();
  }, timings.barMs);
  let isOver = false;
  return () => {
    if (isOver) return;
    isOver = true;
    clearInterval(timer);
    line.end();
  };
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

/** The bar and the most important facts that fit, each as wide as it has been. */
function barLine(
  options: ProgressOptions,
  speed: RecentSpeed,
  { widths, columns }: { readonly widths: SteadyWidths; readonly columns: number },
): string {
  const standing = { ...standingOf(options, speed), elapsedMs: speed.elapsedMs() };
  const bar: ProgressFact = {
    ...{ field: 'bar', rank: BAR_RANK },
    ...{ text: barOf(standing, 16), short: barOf(standing, 8) },
  };
  const { total } = standing;
  const room = { done: total === undefined ? 0 : formatCount(total).length, percent: 3 };
  const facts = progressFacts(options.counts, standing, room).map((fact) => widths.pad(visibleFact(fact)));
  return fitLine([bar, ...facts], columns);
}

/** Escapes a fact before its width is measured: an escape takes more columns than its character. */
function visibleFact({ field, text, short, rank }: ProgressFact): ProgressFact {
  const visible = { field, text: visibleText(text), rank };
  return short === undefined ? visible : { ...visible, short: visibleText(short) };
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
