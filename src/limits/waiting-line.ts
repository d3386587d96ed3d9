/** Who waits for a turn, first come first served. Nothing is moved when the first one goes. */
export class WaitingLine {
  #first: Place | undefined;
  #last: Place | undefined;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Resolves, or rejects, when it is this one's turn. */
  join(): Promise<void> {
    return new Promise((resolve, reject) => {
      const place: Place = { resolve, reject, next: undefined };
      if (this.#last === undefined) this.#first = place;
      else this.#last.next = place;
      this.#last = place;
      this.#length++;
    });
  }

  /** It is the first one's turn. */
  admit(): void {
    this.#leave()?.resolve();
  }

  /** Nobody gets a turn any more. */
  turnAway(reason: Error): void {
    for (let place = this.#leave(); place !== undefined; place = this.#leave()) place.reject(reason);
  }

  #leave(): Place | undefined {
    const place = this.#first;
    if (place === undefined) return undefined;
    this.#first = place.next;
    if (this.#first === undefined) this.#last = undefined;
    this.#length--;
    return place;
  }
}

interface Place {
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
  next: Place | undefined;
}
