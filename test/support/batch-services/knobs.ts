import type { Finish, ReadRequest, Usage } from '../model-service.js';

export type ServiceName = 'openai' | 'mistral' | 'anthropic' | 'gemini';

/** One request, of a batch or a live call, that keeps to the rules of its service. */
export interface RowRequest extends ReadRequest {
  readonly service: ServiceName;
  /** Its id in the batch; undefined in a live call. */
  readonly id: string | undefined;
  /** How often this prompt was asked so far, this time included. */
  readonly nth: number;
}

/** What becomes of a request. */
export type RowOutcome =
  | {
      readonly kind: 'answer';
      readonly content: string | object;
      readonly finish?: Finish;
      readonly usage?: Usage;
    }
  /** The live API's refusal. Not billed. */
  | { readonly kind: 'refusal'; readonly status: number; readonly body: object }
  /** An error of the batch itself, without a response. Not billed. */
  | { readonly kind: 'error'; readonly code: string; readonly message: string }
  /** Run and billed, but the line has a response without a body. */
  | { readonly kind: 'empty'; readonly status: number }
  /** Run and billed, but there is no line. */
  | { readonly kind: 'missing' };

/** What one batch does. Each number of polls is how often the state is told before the next one. */
export interface BatchBehaviour {
  /** Default 0. */
  readonly validatingPolls?: number;
  /** Default 0. */
  readonly runningPolls?: number;
  /** All counts are there already. Default 0. */
  readonly finalizingPolls?: number;
  /** Default 1. */
  readonly cancellingPolls?: number;
  /** Default `completed`, unless the virtual clock passes its expiry first. */
  readonly end?: 'completed' | 'expired' | 'failed';
  /** Why it failed, where that is the end. */
  readonly failure?: { readonly code: string; readonly message: string };
  /** The part of its requests, the first ones, that was run when it expired or was cancelled. Default 0.5. */
  readonly doneShare?: number;
  /** What stands for a file without lines. Default `null`. */
  readonly emptyFile?: 'null' | 'text' | 'file';
  readonly lines?: LineMischief;
}

/** What is odd about the lines of a batch's results. */
export interface LineMischief {
  /** Default `kept`. `shuffled` is so within blocks of some hundred lines. */
  readonly order?: 'kept' | 'reversed' | 'shuffled';
  /** Default `\n`. */
  readonly end?: '\n' | '\r\n';
  /** Every such line is there twice. */
  readonly duplicateEvery?: number;
  /** Lines that are put at the end as they are. */
  readonly foreign?: readonly string[];
  /** The last line is cut in the middle. */
  readonly cutsLast?: boolean;
  /** A blank line behind every line. */
  readonly blankLines?: boolean;
}

/** A batch as `behave` sees it. */
export interface NewBatch {
  readonly service: ServiceName;
  /** From 1, over all batches of the server. */
  readonly nth: number;
  readonly rows: number;
  readonly tag: string | undefined;
}

/** A request over HTTP as `fault` sees it. */
export interface HttpRequest {
  readonly method: string;
  /** Ids are `*` in it: `GET /v1/batches/*`. Without the query. */
  readonly route: string;
  /** From 1, of this route. */
  readonly nth: number;
}

/** What goes wrong on the way. */
export type Fault =
  /** Said instead of doing anything. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body?: object;
      /** Instead of a body of JSON. */
      readonly text?: string;
    }
  /** The connection ends before anything is done. */
  | { readonly kind: 'reset' }
  /** Read, and never answered. */
  | { readonly kind: 'silence' }
  /** All is done, and the connection ends without an answer. */
  | { readonly kind: 'lost-answer' }
  /** The answer's connection ends after so many bytes. */
  | { readonly kind: 'cut'; readonly bytes: number };
