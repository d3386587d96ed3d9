import { CallError } from '../call-error.js';
import type { ResponseDecoder } from '../http/exchange.js';
import { refusalWordsIn } from '../http/refusal-words.js';
import type { ServiceRefusal } from '../http/service-error.js';
import type { RequestForm, RequestForms } from './wire-format.js';

/** A form that requests may have, and what this run knows of it. */
export class Rung<T> {
  /** Something was answered in this form, so the service knows it. */
  isKnown = false;
  readonly decode: ResponseDecoder<T>;

  constructor(
    readonly form: RequestForm,
    /** What a form that came later adds to the Idempotency-Key: its body is another. */
    readonly keySuffix: string,
    decodeAs: (rung: Rung<T>) => ResponseDecoder<T>,
  ) {
    this.decode = decodeAs(this);
  }
}

/** The forms of a run's requests, of which one is in use: the best that the service has not refused. */
export class FormLadder<T> {
  /** The best of them first. */
  readonly #lower: Rung<T>[];
  #current: Rung<T>;

  constructor([first, ...others]: RequestForms, decodeAs: (rung: Rung<T>) => ResponseDecoder<T>) {
    this.#current = new Rung(first, '', decodeAs);
    this.#lower = others.map((form) => new Rung(form, `-${form.name}`, decodeAs));
  }

  get current(): Rung<T> {
    return this.#current;
  }

  /**
   * What a refusal of a call made in the form `used` comes to: the error it is, or `unsupported` where the
   * service does not know the form. From then on another is in use; many calls in the air are refused together.
   */
  judge(used: Rung<T>, refusal: ServiceRefusal, error: CallError): CallError {
    if (!isAboutForm(used.form, refusal, error)) return error;
    if (used === this.#current) {
      const next = used.isKnown ? undefined : this.#lower.shift();
      if (next === undefined) return error;
      this.#current = next;
    }
    const { status } = refusal;
    return new CallError('unsupported', `no ${used.form.name} here: ${error.message}`, { status });
  }
}

const STATUSES = new Set([400, 404, 422, 501]);
const KINDS = new Set(['bad-request', 'unprocessable', 'unknown-fabric', 'server']);

function isAboutForm({ wordsOfRefusal }: RequestForm, { status, body }: ServiceRefusal, error: CallError) {
  if (wordsOfRefusal === undefined || !STATUSES.has(status) || !KINDS.has(error.kind)) return false;
  const { message, param, codes, upstream } = refusalWordsIn(body);
  return [message, param, upstream, ...codes].some((words) => wordsOfRefusal.test(words));
}
