import type { RenderedPrompt } from '../definition.js';
import type { TokenUsage } from '../fabric.js';
import type { ServiceNotice } from '../service-notice.js';
import { isSameModel } from './answered-model.js';
import { credibleUsage } from './credible-usage.js';

/** A prompt below this many characters fits into any context. */
export const LONG_PROMPT = 4_000;

/** More characters a token than prose or data has in any tokenizer of today: English has 4 to 5, JSON 3. */
const MOST_CHARACTERS_PER_TOKEN = 8;

export function charactersOf({ system = '', prompt }: RenderedPrompt): number {
  return system.length + prompt.length;
}

/** Watches a service's answers for oddities that a person should know, and reports each kind once. */
export class AnswerOddities {
  readonly #told = new Set<string>();
  /** The model that was named last, and whether it is another than the one asked for: mostly the same from call to call. */
  #named: string | undefined;
  #other: string | undefined;

  constructor(
    private readonly asked: string,
    private readonly tell: ((notice: ServiceNotice) => void) | undefined,
  ) {}

  /** The model that a service names, where it is another than the one asked for. */
  otherModel(named: string | undefined): string | undefined {
    if (named !== this.#named) {
      this.#named = named;
      this.#other = named === undefined || isSameModel(this.asked, named) ? undefined : named;
      if (this.#other !== undefined) {
        this.#tellOnce({ kind: 'other-model', asked: this.asked, answered: this.#other });
      }
    }
    return this.#other;
  }

  /** The usage of a call, bounded by what is possible. */
  credible(usage: TokenUsage | undefined): TokenUsage | undefined {
    if (usage === undefined) return undefined;
    return credibleUsage(usage, (figure) => this.#tellOnce({ kind: 'absurd-usage', ...figure }));
  }

  /** Some services cut a prompt that is too long, and answer the rest. */
  lookAtPrompt(characters: number, { input }: TokenUsage): void {
    if (characters < LONG_PROMPT || input <= 0 || characters <= input * MOST_CHARACTERS_PER_TOKEN) return;
    this.#tellOnce({ kind: 'prompt-cut', characters, tokens: input });
  }

  #tellOnce(notice: ServiceNotice): void {
    if (this.tell === undefined || this.#told.has(notice.kind)) return;
    this.#told.add(notice.kind);
    this.tell(notice);
  }
}
