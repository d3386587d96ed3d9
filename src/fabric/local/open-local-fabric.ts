import { SpreadWork } from '../../threads/spread-work.js';
import { threadProgram } from '../../threads/thread-program.js';
import type { Fabric } from '../fabric.js';
import { openTextAnswers, type TextResult } from './answer-texts.js';
import type { LocalFabricName } from './catalogue.js';
import { LocalFabric } from './local-fabric.js';

/** In characters of text. Two threads are ready after 0.4 s, in which one answers at least as much. */
const START_AFTER = 300_000;

/**
 * Opens a fabric that runs on this machine: no key, no network, no price, the same answer to the same text always.
 * It loads the language model, about 0.2 s. Its `run` throws a CallError `too-large` for a text of more than a
 * million characters, `crashed` for one that twice ended the thread that read it, and `aborted` once it is closed.
 *
 * @param threads how many threads may answer, once there are many texts; 1: this one answers all
 */
export async function openLocalFabric(name: LocalFabricName, threads = 1): Promise<Fabric> {
  const work = new SpreadWork<string, TextResult>({
    program: threadProgram('local-thread', import.meta.url),
    setUp: name,
    threads,
    here: () => openTextAnswers(name),
    sizeOf: (text) => text.length,
    startAfter: START_AFTER,
  });
  await work.openHere();
  return new LocalFabric(work);
}
