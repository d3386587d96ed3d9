/**
 * Results of blocks that are worked on side by side, used in the order of the blocks. Whoever adds one waits until
 * there is room for the next: so many are under way at most.
 *
 * @example
 * const inOrder = new BlocksInOrder<number[]>(8, (counts) => total.push(...counts));
 * for await (const block of blocks) await inOrder.add(count(block));
 * await inOrder.finish();
 */
export class BlocksInOrder<Result> {
  readonly #underWay: Promise<Result>[] = [];

  constructor(
    private readonly most: number,
    private readonly use: (result: Result) => void,
  ) {}

  /** @throws whatever the oldest block failed with */
  async add(block: Promise<Result>): Promise<void> {
    // Its failure is told when its turn comes, or not at all where an earlier one failed.
    block.catch(() => {});
    this.#underWay.push(block);
    while (this.#underWay.length >= this.most) await this.#useOldest();
  }

  async finish(): Promise<void> {
    while (this.#underWay.length > 0) await this.#useOldest();
  }

  async #useOldest(): Promise<void> {
    const oldest = this.#underWay.shift();
    if (oldest !== undefined) this.use(await oldest);
  }
}
