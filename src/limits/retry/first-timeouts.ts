/** Timeouts in a row that are taken for more than chance. */
const ENOUGH = 3;

/** Notices when the first calls of a run have all timed out: `--timeout` is then likelier too short than the service ill. */
export class FirstTimeouts {
  #calls = 0;
  #isOver = false;

  /**
   * @param answeredBefore true if an earlier part of the run, or another process, had an answer.
   * @param onAllTimedOut called once, with the number of calls that timed out.
   */
  constructor(
    private readonly answeredBefore: () => boolean,
    private readonly onAllTimedOut: (calls: number) => void,
  ) {}

  answered(): void {
    this.#isOver = true;
  }

  timedOut(): void {
    if (this.#isOver || ++this.#calls < ENOUGH) return;
    this.#isOver = true;
    if (!this.answeredBefore()) this.onAllTimedOut(this.#calls);
  }
}
