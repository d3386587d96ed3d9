const NOTHING = Buffer.alloc(0);

/**
 * Bytes that grow at their end and shrink at their beginning. A record that comes in many chunks is copied twice at most:
 * copied once a chunk, one of 15 MB took 6 s. Where nothing is left of earlier chunks, a chunk is used without a copy.
 */
export class GrowingBytes {
  /** True if the buffer is our own, so that bytes behind `#end` may be written. */
  #isOwn = false;
  #store: Buffer = NOTHING;
  #start = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  /** The present bytes, valid until the next `append`. */
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

  /** Drops the first `length` bytes. */
  drop(length: number): void {
    this.#start += length;
    if (this.#start < this.#end) return;
    this.#store = NOTHING;
    this.#start = 0;
    this.#end = 0;
  }

  /** A short rest gets room for the new chunk, a long one for twice its length. */
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
