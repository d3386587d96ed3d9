import { CallError } from '../call-error.js';
import type { Answer, Fabric, FabricCall, Reply, TokenUsage } from '../fabric.js';
import type { ClientOptions } from '../http/client-options.js';
import type { HttpResponse } from '../http/exchange.js';
import { HttpTransport } from '../http/http-transport.js';
import { idempotencyKey } from '../http/idempotency-key.js';
import { excerptOf, parseExactObject, parseJsonObject } from '../http/json-body.js';
import { KeyMask } from '../http/key-masking.js';
import { refusalInside, refusalOf } from '../http/refusal.js';
import { callErrorOfRefusal } from '../http/service-error.js';
import { type PrompthaAddress, type PrompthaRequests, prompthaRequests } from './promptha-request.js';
import { usageIn } from './promptha-usage.js';

/** No answer of a prompt is larger; what is, is not an answer. */
const MAX_RESPONSE_BYTES = 10 * 1024 * 1024;

export interface PrompthaOptions extends PrompthaAddress, ClientOptions {
  readonly apiKey: string;
}

/** A fabric hosted at Promptha: `POST /fabrics/run {fabricId, inputs}`. */
export function prompthaFabric(options: PrompthaOptions): Fabric {
  return new PrompthaFabric(options);
}

class PrompthaFabric implements Fabric {
  readonly #transport: HttpTransport;
  readonly #requests: PrompthaRequests;
  readonly #keyMask: KeyMask;

  constructor(private readonly options: PrompthaOptions) {
    this.#requests = prompthaRequests(options, options.apiKey);
    this.#keyMask = new KeyMask(options.apiKey);
    this.#transport = new HttpTransport({
      origin: this.#requests.origin,
      proxy: options.proxy,
      connections: options.concurrency,
      timeoutMs: options.timeoutMs,
      maxResponseBytes: MAX_RESPONSE_BYTES,
      service: options.baseUrl,
      onLateStart: options.onLateStart,
      ...(options.onTimeout && { onTimeout: options.onTimeout }),
    });
  }

  get inFlight(): number {
    return this.#transport.inFlight;
  }

  run(call: FabricCall): Promise<Reply> {
    const { path, headers } = this.#requests;
    // The transport has read the headers when `post` returns, so one array serves all calls.
    headers[headers.length - 1] = idempotencyKey(this.options.runId, call);
    return this.#transport.post(call, path, headers, this.#requests.body(call.inputs), this.#decode);
  }

  readonly #decode = (response: HttpResponse, call: FabricCall): Reply => {
    const { onHeaders, onUsage } = this.options;
    onHeaders(response.headers);
    try {
      return this.#reply(this.#keyMask.response(response), (usage) => onUsage(call, usage));
    } catch (error) {
      throw this.#keyMask.error(error, response, (masked) => this.#reply(masked));
    }
  };

  #reply(response: HttpResponse, took?: (usage: TokenUsage | undefined) => void): Reply {
    const { latencyMs } = response;
    const { answer, usage } = answerOf(response, this.options.wallNow(), took);
    return usage === undefined ? { answer, latencyMs } : { answer, latencyMs, usage };
  }

  close(): Promise<void> {
    return this.#transport.close(new CallError('aborted', 'the run stopped'));
  }
}

/** What is not a text keeps the digits of its numbers; what counts calls does not need them. */
function answerWithDigits(body: string): Answer | undefined {
  const value = parseExactObject(body);
  return value?.output ?? value?.result;
}

/** @param took called with what the call is billed for, with or without an answer. */
function answerOf(
  response: HttpResponse,
  wallNow: number,
  took?: (usage: TokenUsage | undefined) => void,
): Pick<Reply, 'answer' | 'usage'> {
  const { status, body } = response;
  if (status !== 200 && status !== 201) throw callErrorOfRefusal(refusalOf(response, wallNow));
  const value = parseJsonObject(body);
  const said = value?.output ?? value?.result;
  const answer = typeof said === 'string' ? said : answerWithDigits(body);
  const usage = usageIn(value?.usage);
  if (answer !== undefined && answer !== null) {
    took?.(usage);
    return usage === undefined ? { answer } : { answer, usage };
  }
  if (usage !== undefined) took?.(usage);
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
    `${value ? 'a JSON answer with neither output nor result' : 'an answer that is not a JSON object'}: ${excerptOf(body)}`,
    { status },
  );
}
