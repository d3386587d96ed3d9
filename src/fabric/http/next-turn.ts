/**
 * Runs what it is given once the event loop has looked for news from all sockets: in its next turn, together with all
 * else that was given in this one. An immediate for each would take a twentieth of a run in which answers take no time.
 *
 * @example
 * const turn = new NextTurn();
 * turn.run(() => send(request)); // the connection's end, where it came meanwhile, is told before
 */
export class NextTurn {
  #coming: (() => void)[] = [];
  /** Given before the turn that goes on. */
  #due: (() => void)[] = [];
  #isTurning = false;

  run(task: () => void): void {
    this.#coming.push(task);
    if (this.#isTurning) return;
    this.#isTurning = true;
    setImmediate(this.#turn);
  }

  // Immediates come after the news from sockets: what was given in this turn may be older than they are, and waits.
  readonly #turn = (): void => {
    const due = this.#due;
    this.#due = this.#coming;
    this.#coming = [];
    this.#isTurning = this.#due.length > 0;
    if (this.#isTurning) setImmediate(this.#turn);
    for (const task of due) task();
  };
}
