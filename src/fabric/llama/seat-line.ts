/** Hands out a fixed number of seats, first come, first served. */
export class SeatLine<T> {
  readonly #free: T[];
  readonly #waiting: { take(seat: T): void; refuse(reason: Error): void }[] = [];
  #closedBy: Error | undefined;

  constructor(seats: readonly T[]) {
    this.#free = [...seats];
  }

  /** Resolves when a seat is free; rejects once the line is closed. */
  take(): Promise<T> {
    if (this.#closedBy !== undefined) return Promise.reject(this.#closedBy);
    const seat = this.#free.pop();
    if (seat !== undefined) return Promise.resolve(seat);
    return new Promise((take, refuse) => this.#waiting.push({ take, refuse }));
  }

  giveBack(seat: T): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(seat);
    else next.take(seat);
  }

  /** Rejects all waiting calls and all later ones. */
  close(reason: Error): void {
    this.#closedBy = reason;
    for (const { refuse } of this.#waiting.splice(0)) refuse(reason);
  }
}
