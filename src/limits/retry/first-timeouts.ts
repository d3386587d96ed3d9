/** So many calls must have timed out before it is more than chance. */
const ENOUGH = 3;

/** Tells once when the first calls of a run have all timed out: then the limit is likelier too short than the service ill. */
export class FirstTimeouts {
  #calls = 0;
  #isOver = false;

  /**
   * @param answeredBefore an earlier part of the run, or another process, had an answer.
   * @param tell hears how many calls have timed out.
   */
  constructor(
    private readonly answeredBefore: () => boolean,
    private readonly tell: (calls: number) => void,
  ) {}

  answered(): void {
    this.#isOver = true;
  }

  timedOut(): void {
    if (this.#isOver || ++this.#calls < ENOUGH) return;
    this.#isOver = true;
    if (!this.answeredBefore()) this.tell(this.#calls);
  }
}
