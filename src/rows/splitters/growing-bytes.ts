const NOTHING = Buffer.alloc(0);

/**
 * Bytes that are appended to at their end and dropped at their beginning. A record that comes in many chunks is copied
 * twice at most, not once a chunk: one of 15 MB took 6 s that way. Where nothing is left of the chunks before, a chunk
 * is taken as it is.
 */
export class GrowingBytes {
  /** Nobody else has it, so that what lies behind `#end` may be written. */
  #isOwn = false;
  #store: Buffer = NOTHING;
  #start = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  /** What is there; good until the next `append`. */
  get bytes(): Buffer {
    return this.#store.subarray(this.#start, this.#end);
  }

  append(chunk: Buffer): void {
    if (this.length === 0) {
      this.#store = chunk;
      this.#start = 0;
      this.#end = chunk.length;
      this.#isOwn = false;
      return;
    }
    if (!this.#isOwn || this.#end + chunk.length > this.#store.length) this.#makeRoom(chunk.length);
    chunk.copy(this.#store, this.#end);
    this.#end += chunk.length;
  }

  /** Forgets the first `length` bytes. */
  drop(length: number): void {
    this.#start += length;
    if (this.#start < this.#end) return;
    this.#store = NOTHING;
    this.#start = 0;
    this.#end = 0;
  }

  /** A short rest gets room for what comes now, a long one for as much again. */
  #makeRoom(added: number): void {
    const rest = this.bytes;
    const store = Buffer.allocUnsafe(rest.length < added ? rest.length + added : 2 * (rest.length + added));
    rest.copy(store);
    this.#store = store;
    this.#start = 0;
    this.#end = rest.length;
    this.#isOwn = true;
  }
}
