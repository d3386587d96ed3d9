/** A first-in-first-out queue of waiters for a turn: a linked list, so that leaving moves no entry. */
export class WaitingLine<Who> {
  #first: Place<Who> | undefined;
  #last: Place<Who> | undefined;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The waiter at the head; undefined also where the line is empty. */
  get first(): Who | undefined {
    return this.#first?.who;
  }

  /** Resolves when this waiter is admitted; rejects when the line is turned away. */
  join(who: Who): Promise<void> {
    return new Promise((resolve, reject) => {
      const place: Place<Who> = { who, resolve, reject, next: undefined };
      if (this.#last === undefined) this.#first = place;
      else this.#last.next = place;
      this.#last = place;
      this.#length++;
    });
  }

  /** Admits the waiter at the head. */
  admit(): void {
    this.#leave()?.resolve();
  }

  /** Rejects all waiters. */
  turnAway(reason: Error): void {
    for (let place = this.#leave(); place !== undefined; place = this.#leave()) place.reject(reason);
  }

  #leave(): Place<Who> | undefined {
    const place = this.#first;
    if (place === undefined) return undefined;
    this.#first = place.next;
    if (this.#first === undefined) this.#last = undefined;
    this.#length--;
    return place;
  }
}

interface Place<Who> {
  readonly who: Who;
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
  next: Place<Who> | undefined;
}
