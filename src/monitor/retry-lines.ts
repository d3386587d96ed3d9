import type { CallErrorKind } from '../fabric/call-error.js';
import type { Clock } from '../limits/clock.js';

const EVERY_MS = 1_000;
/** Row numbers given as examples. */
const EXAMPLES = 5;

/** The retries of about a second, for one kind of error. */
export type RetryLine = {
  kind: CallErrorKind;
  count: number;
  /** The first rows, as examples. */
  rows: number[];
};

/** Gathers retries into one log line a second: with a line a call, a night of 429s would fill a disk. */
export class RetryLines {
  readonly #lines = new Map<CallErrorKind, RetryLine>();
  #cancel = () => {};

  constructor(
    private readonly clock: Clock,
    private readonly write: (line: RetryLine) => void,
  ) {}

  add(kind: CallErrorKind, row: number): void {
    const line = this.#lines.get(kind) ?? this.#begin(kind);
    line.count++;
    if (line.rows.length < EXAMPLES) line.rows.push(row);
  }

  /** Writes the gathered lines now. */
  flush(): void {
    this.#cancel();
    for (const line of this.#lines.values()) this.write(line);
    this.#lines.clear();
  }

  #begin(kind: CallErrorKind): RetryLine {
    if (this.#lines.size === 0) this.#cancel = this.clock.after(EVERY_MS, () => this.flush());
    const line = { kind, count: 0, rows: [] };
    this.#lines.set(kind, line);
    return line;
  }
}
