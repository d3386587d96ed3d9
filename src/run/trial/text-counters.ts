import { type Encoding, openTextCounter } from '../../fabric/price/count-texts.js';
import type { CountTexts } from '../../fabric/price/count-tokens.js';
import { SpreadWork } from '../../threads/spread-work.js';
import { threadProgram } from '../../threads/thread-program.js';

/** In characters. Two threads are ready after 0.5 s, in which one counts as much. */
const START_AFTER = 4_000_000;

/** Counters of the tokens of texts: one an encoding, which is opened when it is first asked for. */
export interface TextCounters {
  of(encoding: Encoding): CountTexts;
  close(): Promise<void>;
}

/**
 * @param threads how many threads may count, once there is much to count; 1: this one counts all
 * @param bytes of the input, where they are known: threads start at once where there will be much to count
 */
export function openTextCounters(threads: number, bytes: number | undefined): TextCounters {
  const opened = new Map<Encoding, SpreadWork<string, number>>();
  const open = (encoding: Encoding) => {
    const work = new SpreadWork<string, number>({
      program: threadProgram('count-thread', import.meta.url),
      setUp: encoding,
      threads,
      here: () => openTextCounter(encoding),
      sizeOf: (text) => text.length,
      startAfter: bytes !== undefined && bytes > START_AFTER ? 0 : START_AFTER,
    });
    opened.set(encoding, work);
    return work;
  };
  return {
    of: (encoding) => {
      const work = opened.get(encoding) ?? open(encoding);
      return async (texts) =>
        (await work.run(texts)).map((outcome) => (outcome.status === 'done' ? outcome.result : undefined));
    },
    async close() {
      await Promise.all([...opened.values()].map((work) => work.close()));
    },
  };
}
