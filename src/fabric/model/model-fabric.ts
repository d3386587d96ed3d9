import { crc32 } from 'node:zlib';
import { CallError } from '../call-error.js';
import type { ModelDefinition, RenderedPrompt } from '../definition.js';
import type { Fabric, FabricCall, Inputs, Reply, TokenEstimate, TokenUsage } from '../fabric.js';
import type { ClientOptions } from '../http/client-options.js';
import type { HttpResponse } from '../http/exchange.js';
import { HttpTransport } from '../http/http-transport.js';
import { excerptOf, parseJsonObject } from '../http/json-body.js';
import { KeyMask } from '../http/key-masking.js';
import { refusalInside, refusalOf } from '../http/refusal.js';
import { callErrorOfRefusal, type ServiceRefusal } from '../http/service-error.js';
import { CallEstimates } from './call-estimates.js';
import { FormLadder, type Rung } from './form-ladder.js';
import { modelEndpoint } from './model-endpoint.js';
import type { ModelAnswer, WireFormat } from './wire-format.js';

/** No answer of a model is larger; what is, is not an answer. */
const MAX_RESPONSE_BYTES = 10 * 1024 * 1024;

export interface ModelOptions extends ClientOptions {
  readonly definition: ModelDefinition;
  /** Undefined where the service wants none. */
  readonly apiKey: string | undefined;
  /** Makes a row's prompt; may throw a CallError. */
  readonly render: (inputs: Inputs) => RenderedPrompt;
}

/**
 * A fabric that a model service answers. Where its definition has a schema, answers come as text that should
 * hold JSON, or as objects; nothing here looks whether they match. A service that does not know the best form
 * of asking for that is asked in a lesser one, from then on.
 *
 * @throws CallError `misconfigured` for parameters that are not for a fabric to set.
 */
export function modelFabric(options: ModelOptions): Fabric {
  return new ModelFabric(options);
}

class ModelFabric implements Fabric {
  readonly #transport: HttpTransport;
  readonly #wire: WireFormat;
  readonly #path: string;
  readonly #headers: string[];
  readonly #forms: FormLadder<Reply>;
  readonly #keyMask: KeyMask;
  /** There once somebody asks for estimates: learning is not for free. */
  #estimates: CallEstimates | undefined;

  constructor(private readonly options: ModelOptions) {
    const { definition, apiKey, concurrency, timeoutMs, onLateStart, onArrival } = options;
    const { wire, origin, path, headers } = modelEndpoint(definition, apiKey);
    this.#wire = wire;
    this.#path = path;
    this.#headers = [...headers];
    this.#keyMask = new KeyMask(apiKey);
    this.#forms = new FormLadder(
      wire.forms(definition),
      (rung) => (response, call) => this.#decode(response, call, rung),
    );
    this.#transport = new HttpTransport({
      origin,
      connections: concurrency,
      timeoutMs,
      maxResponseBytes: MAX_RESPONSE_BYTES,
      // A query might hold what is nobody's business.
      service: `${origin}${path.replace(/\?.*/, '')}`,
      onLateStart,
      onArrival,
    });
  }

  get inAir(): number {
    return this.#transport.inAir;
  }

  run(call: FabricCall): Promise<Reply> {
    const rung = this.#forms.current;
    const estimates = this.#estimates;
    let prompt: RenderedPrompt;
    try {
      prompt = estimates?.takePrompt(call) ?? this.options.render(call.inputs);
    } catch (error) {
      return Promise.reject(error);
    }
    const { repair } = call;
    const decode =
      estimates === undefined
        ? rung.decode
        : (response: HttpResponse) =>
            this.#decode(response, call, rung, (usage) => estimates.learn(prompt, repair, usage));
    // The transport has read the headers when `post` returns, so one array serves all calls.
    this.#headers[this.#headers.length - 1] = this.#idempotencyKey(call, rung);
    return this.#transport.post(call, this.#path, this.#headers, rung.form.body(prompt, repair), decode);
  }

  estimate(call: FabricCall): TokenEstimate {
    this.#estimates ??= this.#newEstimates();
    return this.#estimates.of(call);
  }

  close(): Promise<void> {
    return this.#transport.close(new CallError('aborted', 'the run stopped'));
  }

  /** One a body: a request in another form, or one that asks for a repair, is not the same request. */
  #idempotencyKey({ row, variant = '', repair }: FabricCall, { keySuffix }: Rung<Reply>): string {
    const key = `${this.options.runId}-${row}${variant}${keySuffix}`;
    return repair === undefined ? key : `${key}-repair-${crc32(repair.answer).toString(16)}`;
  }

  #newEstimates(): CallEstimates {
    const { definition, render } = this.options;
    const constantBytes = Buffer.byteLength(this.#forms.current.form.body({ prompt: '' }));
    return new CallEstimates(render, definition.parameters, constantBytes, this.#wire.defaultMaxTokens);
  }

  #decode(
    response: HttpResponse,
    call: FabricCall,
    rung: Rung<Reply>,
    learn?: (usage: TokenUsage) => void,
  ): Reply {
    const { onHeaders, onUsage } = this.options;
    onHeaders(response.headers);
    const took = (usage: TokenUsage | undefined) => {
      onUsage(call, usage);
      if (usage !== undefined) learn?.(usage);
    };
    try {
      return this.#reply(this.#keyMask.response(response), rung, took);
    } catch (error) {
      throw this.#keyMask.error(error, response, (masked) => this.#reply(masked, rung));
    }
  }

  #reply(response: HttpResponse, rung: Rung<Reply>, took?: (usage: TokenUsage | undefined) => void): Reply {
    const { status, body, latencyMs } = response;
    if (status !== 200 && status !== 201) {
      throw this.#refusalError(refusalOf(response, this.options.wallNow()), rung);
    }
    const value = parseJsonObject(body);
    if (value === undefined) {
      throw new CallError('bad-answer', `an answer that is not a JSON object: ${excerptOf(body)}`, {
        status,
      });
    }
    const said = this.#wire.read(value);
    if (said.end === 'error') {
      const { error } = said;
      throw this.#refusalError(refusalInside(error, JSON.stringify({ error })), rung);
    }
    rung.isKnown = true;
    const { usage } = said;
    took?.(usage);
    const answer = answerIn(said, this.options.definition.onTruncate, status);
    return usage === undefined ? { answer, latencyMs } : { answer, latencyMs, usage };
  }

  #refusalError(refusal: ServiceRefusal, rung: Rung<Reply>): CallError {
    return this.#forms.judge(rung, refusal, callErrorOfRefusal(refusal));
  }
}

function answerIn(
  said: Exclude<ModelAnswer, { end: 'error' }>,
  onTruncate: ModelDefinition['onTruncate'],
  status: number,
): Reply['answer'] {
  if (said.end === 'refused') {
    throw new CallError('refused', `the model refused: ${excerptOf(said.reason)}`, { status });
  }
  const { answer, end, reason } = said;
  const isBlank = answer === undefined || (typeof answer === 'string' && answer.trim() === '');
  if (end === 'truncated' && (onTruncate === 'fail' || isBlank)) {
    throw new CallError('truncated', `the answer was cut off (${reason}): allow it more tokens`, { status });
  }
  if (isBlank) throw new CallError('bad-answer', `an answer without content (${reason})`, { status });
  return answer;
}
