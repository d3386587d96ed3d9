/** What a shard has room for yet. */
export class ShardRoom {
  #rows = 0;
  #bytes = 0;
  #tokens = 0;
  #cost = 0;

  constructor(
    private readonly most: {
      readonly rows: number;
      readonly bytes: number;
      readonly tokens: number;
      readonly cost: number;
      readonly mostCost: (bytes: number) => number;
    },
  ) {}

  get reserved(): number {
    return this.#cost;
  }

  get tokens(): number {
    return this.#tokens;
  }

  /**
   * Takes a request of so many bytes, where there is room for it.
   *
   * @param counted its bytes as tokens are guessed from them
   */
  takes(bytes: number, counted: number): boolean {
    const cost = this.#cost + this.most.mostCost(counted);
    const tokens = this.#tokens + tokensOf(counted);
    if (this.#rows >= this.most.rows || this.#bytes + bytes > this.most.bytes || cost > this.most.cost) {
      return false;
    }
    // A request that is too large by itself goes alone: the service says what it makes of it.
    if (tokens > this.most.tokens && this.#rows > 0) return false;
    this.#tokens = tokens;
    this.#rows++;
    this.#bytes += bytes;
    this.#cost = cost;
    return true;
  }
}

/** No text takes more tokens in the tokenizers of today, but for scripts that are rare in their training. */
const BYTES_PER_TOKEN = 3;

/** The tokens of a request at most, as far as can be told from its bytes. */
export function tokensOf(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_TOKEN);
}
