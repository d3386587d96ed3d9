/** Saves later what no commit may follow to save: the next batch may wait long for a slow row. */
export class DeferredSave {
  #cancel: (() => void) | undefined;
  #isHeldOff = false;
  #saving: Promise<void> | undefined;

  /**
   * @param after calls its second argument about so many ms from now; gives the function that cancels it.
   * @param save resolves when what is to be saved is noted; what is committed from then on is not among it.
   */
  constructor(
    private readonly after: (ms: number, wake: () => void) => () => void,
    private readonly save: () => Promise<void>,
  ) {}

  /** Saves in so many ms, unless that is to happen anyway. */
  in(ms: number): void {
    this.#cancel ??= this.after(ms, () => {
      this.#cancel = undefined;
      if (this.#isHeldOff) return;
      this.#saving = this.save().finally(() => {
        this.#saving = undefined;
      });
    });
  }

  /** Runs a commit, which looks at its end whether a save is due: none begins, or is noting, meanwhile. */
  async heldOff(commit: () => Promise<void>): Promise<void> {
    if (this.#saving !== undefined) await this.#saving;
    this.#isHeldOff = true;
    try {
      await commit();
    } finally {
      this.#isHeldOff = false;
    }
  }

  /** Resolves when nothing is being noted. */
  async settled(): Promise<void> {
    await this.#saving;
  }

  cancel(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
