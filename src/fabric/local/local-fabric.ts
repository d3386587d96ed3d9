import type { SpreadWork } from '../../threads/spread-work.js';
import type { Outcome } from '../../threads/threads.js';
import { ThreadsClosedError } from '../../threads/threads-closed-error.js';
import { CallError } from '../call-error.js';
import type { Fabric, FabricCall, Reply } from '../fabric.js';
import type { TextResult } from './answer-texts.js';
import { BLOCK_CHARACTERS, BLOCK_ROWS } from './block-size.js';
import { inputText } from './input-text.js';

/** A call that has no answer yet. */
interface OpenCall {
  readonly call: FabricCall;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: unknown) => void;
}

/** An on-device fabric over the threads that answer texts: waiting calls go to them in blocks. */
export class LocalFabric implements Fabric {
  #waiting: OpenCall[] = [];
  #answering = 0;
  #blocksOut = 0;
  #isScheduled = false;
  #isClosed = false;

  constructor(private readonly work: SpreadWork<string, TextResult>) {}

  run(call: FabricCall): Promise<Reply> {
    call.calls += 1;
    if (this.#isClosed) return Promise.reject(aborted());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ call, resolve, reject });
      this.#schedule();
    });
  }

  get inFlight(): number {
    return this.#waiting.length + this.#answering;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(aborted());
    await this.work.close();
  }

  /** Sends blocks after this turn of the event loop: calls made later in the turn may join them. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      for (let room = this.#room; room > 0 && this.#waiting.length > 0; room = this.#room) {
        const { calls, texts } = this.#takeBlock(
          Math.min(BLOCK_ROWS, Math.ceil(this.#waiting.length / room)),
        );
        void this.#answer(calls, texts);
      }
    });
  }

  get #room(): number {
    return this.work.blocksAtOnce - this.#blocksOut;
  }

  #takeBlock(most: number): { calls: OpenCall[]; texts: string[] } {
    const texts: string[] = [];
    let characters = 0;
    for (const { call } of this.#waiting) {
      if (texts.length === most || characters >= BLOCK_CHARACTERS) break;
      const text = inputText(call.inputs);
      texts.push(text);
      characters += text.length;
    }
    return { calls: this.#waiting.splice(0, texts.length), texts };
  }

  async #answer(calls: readonly OpenCall[], texts: readonly string[]): Promise<void> {
    this.#blocksOut++;
    this.#answering += calls.length;
    let settle: (call: OpenCall, index: number) => void;
    try {
      const outcomes = await this.work.run(texts);
      settle = ({ resolve, reject }, index) => {
        const reply = replyOf(outcomes[index]);
        if (reply instanceof CallError) reject(reply);
        else resolve(reply);
      };
    } catch (error) {
      settle = ({ reject }) => reject(error instanceof ThreadsClosedError ? aborted() : error);
    }
    this.#blocksOut--;
    this.#answering -= calls.length;
    calls.forEach(settle);
    if (this.#waiting.length > 0) this.#schedule();
  }
}

function replyOf(outcome: Outcome<TextResult> | undefined): Reply | CallError {
  if (outcome?.status !== 'done') {
    const reason = outcome?.reason ?? 'it gave no result';
    return new CallError('crashed', `the thread that read the row's text ended, and again: ${reason}`);
  }
  const { result } = outcome;
  return 'kind' in result ? new CallError(result.kind, result.message) : result;
}

function aborted(): CallError {
  return new CallError('aborted', 'the on-device fabric is closed');
}
