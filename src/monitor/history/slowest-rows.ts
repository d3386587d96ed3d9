const KEPT = 20;

export type SlowRow = { row: number; ms: number; calls: number };

/** The rows whose answers took longest. */
export class SlowestRows {
  /** The slowest first. */
  readonly #rows: SlowRow[];
  #floorMs: number;

  constructor(before: readonly SlowRow[] = []) {
    this.#rows = [...before];
    this.#floorMs = this.#floor();
  }

  /** True if `add` would keep the row. Called once a row, so that most rows skip `add`. */
  wants(ms: number): boolean {
    return ms > this.#floorMs;
  }

  add(row: SlowRow): void {
    const index = this.#rows.findIndex(({ ms }) => ms < row.ms);
    this.#rows.splice(index === -1 ? this.#rows.length : index, 0, row);
    this.#rows.length = Math.min(KEPT, this.#rows.length);
    this.#floorMs = this.#floor();
  }

  snapshot(): SlowRow[] {
    return this.#rows.map((row) => ({ ...row }));
  }

  #floor(): number {
    return this.#rows.length < KEPT ? -1 : (this.#rows.at(-1)?.ms ?? -1);
  }
}
