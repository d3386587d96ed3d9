/** Whoever waits for room, and how much. */
interface Waiter {
  readonly bytes: number;
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
}

/**
 * Room for so many bytes, given in the order of asking. What is larger than all of it gets it alone.
 *
 * @example
 * const room = new ByteRoom(64 * 1024 * 1024);
 * await room.take(bytes);
 * // …
 * room.giveBack(bytes);
 */
export class ByteRoom {
  readonly #waiting: Waiter[] = [];
  #taken = 0;
  #closed: Error | undefined;

  constructor(private readonly bytes: number) {}

  /** Resolves when there is room for so many bytes. @throws the reason for which it was closed. */
  take(bytes: number): Promise<void> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    if (this.#waiting.length === 0 && this.#fits(bytes)) {
      this.#taken += bytes;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => this.#waiting.push({ bytes, resolve, reject }));
  }

  giveBack(bytes: number): void {
    this.#taken -= bytes;
    for (let next = this.#waiting[0]; next !== undefined && this.#fits(next.bytes); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#taken += next.bytes;
      next.resolve();
    }
  }

  /** Nobody waits any more. */
  close(reason: Error): void {
    this.#closed = reason;
    for (const { reject } of this.#waiting.splice(0)) reject(reason);
  }

  #fits(bytes: number): boolean {
    return this.#taken === 0 || this.#taken + bytes <= this.bytes;
  }
}
