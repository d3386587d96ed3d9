import { hash } from 'node:crypto';
import type { Usage } from '../model-service.js';

const STEP = 1_000_000;

/**
 * What was asked and what was billed, by prompt. A number of 48 bits stands for a prompt, so that a million of them take
 * some 60 MB.
 */
export class Ledger {
  /** Times asked, and `STEP` for each time billed. */
  readonly #prompts = new Map<number, number>();
  #billedRows = 0;
  #billedTwice = 0;
  #inputTokens = { batch: 0, live: 0 };
  #outputTokens = { batch: 0, live: 0 };

  /** Counts a request; gives how often its prompt was asked so far. */
  ask(prompt: string): number {
    const key = keyOf(prompt);
    const counts = (this.#prompts.get(key) ?? 0) + 1;
    this.#prompts.set(key, counts);
    return counts % STEP;
  }

  bill(prompt: string, mode: 'batch' | 'live', usage: Usage | undefined): void {
    const key = keyOf(prompt);
    const counts = (this.#prompts.get(key) ?? 0) + STEP;
    this.#prompts.set(key, counts);
    this.#billedRows++;
    if (counts >= 2 * STEP) this.#billedTwice++;
    this.#inputTokens[mode] += usage?.input ?? 0;
    this.#outputTokens[mode] += usage?.output ?? 0;
  }

  /** Times a prompt was billed. */
  billed(prompt: string): number {
    return Math.floor((this.#prompts.get(keyOf(prompt)) ?? 0) / STEP);
  }

  /** Times a prompt was asked, in batches and live. */
  asked(prompt: string): number {
    return (this.#prompts.get(keyOf(prompt)) ?? 0) % STEP;
  }

  /** Plain JSON, for who asks from another process. */
  get totals() {
    return {
      prompts: this.#prompts.size,
      billed: this.#billedRows,
      /** Bills of prompts that had been billed before. */
      billedTwice: this.#billedTwice,
      inputTokens: { ...this.#inputTokens },
      outputTokens: { ...this.#outputTokens },
    };
  }
}

/** A prompt is billed right after it was asked: its number is made once. */
let last = { prompt: '', key: 0 };

function keyOf(prompt: string): number {
  if (prompt !== last.prompt) {
    last = { prompt, key: Number.parseInt(hash('md5', prompt, 'hex').slice(0, 12), 16) };
  }
  return last.key;
}
