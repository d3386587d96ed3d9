/** What happens in a simulation, in order of time: a binary heap. */
export class EventQueue {
  readonly #heap: { readonly at: number; readonly happen: (now: number) => void }[] = [];

  /** When the next thing happens; infinity where nothing will. */
  get nextAt(): number {
    return this.#heap[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  add(at: number, happen: (now: number) => void): void {
    const heap = this.#heap;
    const event = { at, happen };
    let place = heap.length;
    heap.push(event);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || above.at <= at) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = event;
  }

  runNext(): void {
    const heap = this.#heap;
    const next = heap[0];
    const last = heap.pop();
    if (next === undefined || last === undefined) return;
    if (heap.length > 0) this.#sink(last);
    next.happen(next.at);
  }

  #sink(event: { readonly at: number; readonly happen: (now: number) => void }): void {
    const heap = this.#heap;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      const left = heap[child];
      if (left === undefined) break;
      const right = heap[child + 1];
      if (right !== undefined && right.at < left.at) child++;
      const lower = heap[child];
      if (lower === undefined || lower.at >= event.at) break;
      heap[place] = lower;
      place = child;
    }
    heap[place] = event;
  }
}
