import { CallError } from '../call-error.js';
import type { Answer } from '../fabric.js';
import type { ResponseDecoder } from '../http/exchange.js';
import { refusalWordsIn } from '../http/refusal-words.js';
import type { ServiceRefusal } from '../http/service-error.js';
import type { ServiceNotice } from '../service-notice.js';
import type { RequestForm, RequestForms } from './wire-format.js';

/** A form of requests, and this run's experience with it. */
export class Rung<T> {
  /** True if any answer came to this form: the service accepts it. */
  isKnown = false;
  /** True if an answer had an object in it: the service or the model keeps to the form. */
  isKept = false;
  readonly decode: ResponseDecoder<T>;

  constructor(
    readonly form: RequestForm,
    /** Added to the Idempotency-Key by later forms, whose bodies differ. */
    readonly keySuffix: string,
    decodeAs: (rung: Rung<T>) => ResponseDecoder<T>,
  ) {
    this.decode = decodeAs(this);
  }
}

/** The forms of a run's requests, of which one is in use: the best that the service has not refused. */
export class FormLadder<T> {
  /** Those below the current one, the best of them first. */
  readonly #lower: Rung<T>[];
  readonly #all: readonly Rung<T>[];
  #current: Rung<T>;

  constructor(
    [first, ...others]: RequestForms,
    decodeAs: (rung: Rung<T>) => ResponseDecoder<T>,
    private readonly tell?: (notice: ServiceNotice) => void,
  ) {
    this.#current = new Rung(first, '', decodeAs);
    this.#lower = others.map((form) => new Rung(form, `-${form.name}`, decodeAs));
    this.#all = [this.#current, ...this.#lower];
  }

  get current(): Rung<T> {
    return this.#current;
  }

  /** The form with a name, in use or not; the current one where there is none. */
  named(name: string): Rung<T> {
    return this.#all.find(({ form }) => form.name === name) ?? this.#current;
  }

  /** Takes a form into use that an earlier process was at. */
  use(name: string): void {
    const at = this.#all.indexOf(this.named(name));
    this.#current = this.#all[at] ?? this.#current;
    this.#lower.splice(0, this.#lower.length, ...this.#all.slice(at + 1));
  }

  /**
   * The error of a refusal of a call in the form `used`: the error itself, or `unsupported` where the service does not
   * know the form. From then on another form is in use; many calls in flight are refused together.
   */
  judge(used: Rung<T>, refusal: ServiceRefusal, error: CallError): CallError {
    if (!isAboutForm(used.form, refusal, error)) return error;
    if (used === this.#current && (used.isKnown || !this.#lowered(error.message))) return error;
    const { status } = refusal;
    return new CallError('unsupported', `no ${used.form.name} here: ${error.message}`, { status });
  }

  /**
   * The error of a whole answer in the form `used`: `unsupported` where it is prose instead of an object, and no answer
   * so far had an object. Gateways drop forms that they do not know, silently.
   */
  judgeAnswer(used: Rung<T>, answer: Answer): CallError | undefined {
    if (used.isKept || !ASK_FOR_OBJECTS.has(used.form.name)) return undefined;
    if (typeof answer !== 'string' || answer.includes('{')) {
      used.isKept = true;
      return undefined;
    }
    if (used === this.#current && !this.#lowered('it answers with prose, without an object'))
      return undefined;
    return new CallError('unsupported', `${used.form.name} is ignored here: the answer is prose`);
  }

  /** Takes the next form into use; false where there is none. */
  #lowered(why: string): boolean {
    const next = this.#lower.shift();
    if (next === undefined) return false;
    this.tell?.({ kind: 'form-lowered', from: this.#current.form.name, to: next.form.name, why });
    this.#current = next;
    return true;
  }
}

/** Forms that forbid prose, so that prose shows that the service ignores them. */
const ASK_FOR_OBJECTS: ReadonlySet<RequestForm['name']> = new Set([
  ...(['json-schema', 'json-schema-without-patterns', 'json-object', 'tool'] as const),
]);

const STATUSES = new Set([400, 404, 422, 501]);
const KINDS = new Set(['bad-request', 'unprocessable', 'unknown-fabric', 'server']);

function isAboutForm({ wordsOfRefusal }: RequestForm, { status, body }: ServiceRefusal, error: CallError) {
  if (wordsOfRefusal === undefined || !STATUSES.has(status) || !KINDS.has(error.kind)) return false;
  const { message, param, codes, upstream } = refusalWordsIn(body);
  return [message, param, upstream, ...codes].some((words) => wordsOfRefusal.test(words));
}
