/** Who waits for a turn, first come first served. Nothing is moved when the first one goes. */
export class WaitingLine<Who> {
  #first: Place<Who> | undefined;
  #last: Place<Who> | undefined;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Whose turn it is next; undefined also where nobody waits. */
  get first(): Who | undefined {
    return this.#first?.who;
  }

  /** Resolves, or rejects, when it is this one's turn. */
  join(who: Who): Promise<void> {
    return new Promise((resolve, reject) => {
      const place: Place<Who> = { who, resolve, reject, next: undefined };
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
