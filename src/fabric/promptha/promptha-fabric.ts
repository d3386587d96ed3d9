import type { JsonObject, JsonValue } from '../../rows/row.js';
import { CallError } from '../call-error.js';
import type { Answer, Fabric, FabricCall, Reply } from '../fabric.js';
import type { HttpResponse, ResponseHeaders } from '../http/exchange.js';
import { HttpTransport } from '../http/http-transport.js';
import { callErrorOfRefusal } from '../http/service-error.js';
import { retryAfterMs } from '../retry-after.js';

/** No answer of a prompt is larger; what is, is not an answer. */
const MAX_RESPONSE_BYTES = 10 * 1024 * 1024;

export interface PrompthaOptions {
  /** With its path, without a slash at the end: `https://api.promptha.com/v1`. */
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly fabricId: string;
  /** With the row's number it makes the Idempotency-Key, the same for every attempt and every resumed run. */
  readonly runId: string;
  /** Connections at most. */
  readonly concurrency: number;
  /** Of one call, in ms. */
  readonly timeoutMs: number;
  /** Sees the headers of every response, for the limits in them. */
  readonly onHeaders: (headers: ResponseHeaders) => void;
  /** Hears of a call that went out late, since its connection had to be made first. */
  readonly onLateStart: () => void;
  /** Hears that an answer is arriving, before it is read. */
  readonly onArrival: () => void;
  /** ms since 1970, for dates in Retry-After. */
  readonly wallNow: () => number;
}

/** A fabric hosted at Promptha: `POST /fabrics/run {fabricId, inputs}`. */
export function prompthaFabric(options: PrompthaOptions): Fabric {
  return new PrompthaFabric(options);
}

class PrompthaFabric implements Fabric {
  readonly #transport: HttpTransport;
  readonly #path: string;
  readonly #headers: string[];
  readonly #bodyStart: string;

  constructor(private readonly options: PrompthaOptions) {
    const url = new URL(options.baseUrl);
    this.#transport = new HttpTransport({
      origin: url.origin,
      connections: options.concurrency,
      timeoutMs: options.timeoutMs,
      maxResponseBytes: MAX_RESPONSE_BYTES,
      service: options.baseUrl,
      onLateStart: options.onLateStart,
      onArrival: options.onArrival,
    });
    this.#path = `${url.pathname.replace(/\/$/, '')}/fabrics/run`;
    this.#headers = [
      ...['authorization', `Bearer ${options.apiKey}`],
      ...['content-type', 'application/json', 'accept', 'application/json', 'user-agent', 'batchai'],
      ...['idempotency-key', ''],
    ];
    this.#bodyStart = `{"fabricId":${JSON.stringify(options.fabricId)},"inputs":`;
  }

  get inAir(): number {
    return this.#transport.inAir;
  }

  run(call: FabricCall): Promise<Reply> {
    // The transport has read the headers when `post` returns, so one array serves all calls.
    this.#headers[this.#headers.length - 1] = `${this.options.runId}-${call.row}`;
    const body = `${this.#bodyStart}${JSON.stringify(call.inputs)}}`;
    return this.#transport.post(call, this.#path, this.#headers, body, this.#decode);
  }

  readonly #decode = (response: HttpResponse): Reply => {
    this.options.onHeaders(response.headers);
    const { apiKey, wallNow } = this.options;
    try {
      return { answer: answerOf(response, wallNow()), latencyMs: response.latencyMs };
    } catch (error) {
      // Some services repeat the key in what they say. It goes before anything of that is cut or quoted.
      if (!response.body.includes(apiKey)) throw error;
      answerOf({ ...response, body: response.body.replaceAll(apiKey, '[key]') }, wallNow());
      throw new CallError('bad-answer', 'the answer repeats the key');
    }
  };

  close(): Promise<void> {
    return this.#transport.close(new CallError('aborted', 'the run stopped'));
  }
}

function answerOf(response: HttpResponse, wallNow: number): Answer {
  const { status, headers, body } = response;
  if (status !== 200 && status !== 201) {
    throw callErrorOfRefusal({
      status,
      body,
      retryAfterMs: retryAfterMs((name) => single(headers[name]), wallNow),
    });
  }
  const value = parse(body);
  const answer = value?.output ?? value?.result;
  if (answer !== undefined && answer !== null) return answer;
  if (value?.error !== undefined && value.error !== null)
    throw callErrorOfRefusal(refusalInside(value.error, body));
  if (typeof value?.executionId === 'string') {
    throw new CallError(
      'misconfigured',
      'the fabric answers later (an executionId alone came back): make it answer at once',
    );
  }
  throw new CallError(
    'bad-answer',
    `${value ? 'a JSON answer with neither output nor result' : 'an answer that is not a JSON object'}: ${body.replace(/\s+/g, ' ').slice(0, 120)}`,
    { status },
  );
}

/** Gateways wrap a refusal into a 200; its status is then in the error's code. */
function refusalInside(error: JsonValue, body: string) {
  const code = typeof error === 'object' && error !== null && !Array.isArray(error) ? error.code : undefined;
  return { status: typeof code === 'number' ? code : 500, body, retryAfterMs: undefined };
}

function parse(body: string): JsonObject | undefined {
  try {
    const value = JSON.parse(body) as JsonValue;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
