import { crc32 } from 'node:zlib';
import { withoutThoughts } from '../answer/without-thoughts.js';
import { CallError } from '../call-error.js';
import type { ModelDefinition, RenderedPrompt } from '../definition.js';
import type { Fabric, FabricCall, Inputs, Repair, Reply, TokenEstimate, TokenUsage } from '../fabric.js';
import type { ClientOptions } from '../http/client-options.js';
import type { HttpResponse, ResponseHeaders } from '../http/exchange.js';
import { HttpTransport } from '../http/http-transport.js';
import { idempotencyKey } from '../http/idempotency-key.js';
import { excerptOf, parseJsonObject } from '../http/json-body.js';
import { KeyMask } from '../http/key-masking.js';
import { refusalInside, refusalOf } from '../http/refusal.js';
import { callErrorOfRefusal, type ServiceRefusal } from '../http/service-error.js';
import { AnswerOddities, charactersOf, LONG_PROMPT } from './answer-oddities.js';
import { CallEstimates } from './call-estimates.js';
import { isOutOfTokens } from './finish-reasons.js';
import { FormLadder, type Rung } from './form-ladder.js';
import { modelEndpoint } from './model-endpoint.js';
import { RefusedParameter } from './refused-parameter.js';
import type { ModelAnswer, WireFormat } from './wire-format.js';
import { withDigits } from './with-digits.js';

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
  readonly #oddities: AnswerOddities;
  readonly #refusedParameter: RefusedParameter;
  /** There once somebody asks for estimates: learning is not for free. */
  #estimates: CallEstimates | undefined;

  constructor(private readonly options: ModelOptions) {
    const { definition, apiKey, concurrency, timeoutMs, onLateStart, onArrival } = options;
    const { wire, origin, path, headers } = modelEndpoint(definition, apiKey);
    this.#wire = wire;
    this.#path = path;
    this.#headers = [...headers];
    this.#keyMask = new KeyMask(apiKey);
    this.#oddities = new AnswerOddities(definition.model, options.onNotice);
    this.#refusedParameter = new RefusedParameter(definition);
    this.#forms = new FormLadder(
      wire.forms(definition),
      (rung) => (response, call) => this.#decode(response, call, rung),
      options.onNotice,
    );
    this.#transport = new HttpTransport({
      origin,
      proxy: options.proxy,
      connections: concurrency,
      timeoutMs,
      maxResponseBytes: MAX_RESPONSE_BYTES,
      // A query might hold what is nobody's business.
      service: `${origin}${path.replace(/\?.*/, '')}`,
      onLateStart,
      onArrival,
      ...(options.onTimeout && { onTimeout: options.onTimeout }),
    });
  }

  get inFlight(): number {
    return this.#transport.inFlight;
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
    const learn = this.#learner(prompt, repair);
    const decode =
      learn === undefined
        ? rung.decode
        : (response: HttpResponse) => this.#decode(response, call, rung, learn);
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
  #idempotencyKey(call: FabricCall, { keySuffix }: Rung<Reply>): string {
    const { repair } = call;
    const key = `${idempotencyKey(this.options.runId, call)}${keySuffix}`;
    return repair === undefined ? key : `${key}-repair-${crc32(repair.answer).toString(16)}`;
  }

  /** What is to be learned from what a prompt took; for most calls nothing, and then no function is made. */
  #learner(prompt: RenderedPrompt, repair: Repair | undefined): ((usage: TokenUsage) => void) | undefined {
    const estimates = this.#estimates;
    const characters = charactersOf(prompt);
    if (estimates === undefined && characters < LONG_PROMPT) return undefined;
    return (usage) => {
      estimates?.learn(prompt, repair, usage);
      this.#oddities.lookAtPrompt(characters, usage);
    };
  }

  #newEstimates(): CallEstimates {
    const { definition, render } = this.options;
    const constantBytes = Buffer.byteLength(this.#forms.current.form.body({ prompt: '' }));
    return new CallEstimates(
      render,
      definition.parameters,
      constantBytes,
      this.#wire.defaultMaxTokens?.(definition),
    );
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
    const model = this.#oddities.otherModel(said.model);
    const usage = this.#oddities.credible(usageOf(said.usage, response.headers, model));
    took?.(usage);
    const answer = withDigits(answerIn(said, this.options.definition.onTruncate, status), body, this.#wire);
    const ignored = said.end === 'complete' ? this.#forms.judgeAnswer(rung, answer) : undefined;
    if (ignored !== undefined) throw ignored;
    return {
      answer,
      latencyMs,
      ...(usage !== undefined && { usage }),
      ...(model !== undefined && { model }),
    };
  }

  #refusalError(refusal: ServiceRefusal, rung: Rung<Reply>): CallError {
    const isKeyless = this.options.apiKey === undefined;
    const error = this.#forms.judge(rung, refusal, callErrorOfRefusal({ ...refusal, isKeyless }));
    return this.#refusedParameter.judge(error, refusal.body);
  }
}

/** What the body says that the call took, and what the headers and the model that answered add to it. */
function usageOf(
  usage: TokenUsage | undefined,
  headers: ResponseHeaders,
  model: string | undefined,
): TokenUsage | undefined {
  const { 'x-litellm-response-cost': cost, 'x-gemini-service-tier': tier } = headers;
  if (cost === undefined && tier === undefined && model === undefined) return usage;
  const charged = typeof cost === 'string' && cost.trim() !== '' ? Number(cost) : Number.NaN;
  if (usage === undefined && Number.isNaN(charged)) return undefined;
  return {
    ...(usage ?? { input: 0, output: 0 }),
    ...(!Number.isNaN(charged) && { chargedByGateway: charged }),
    ...(typeof tier === 'string' && { tier }),
    ...(model !== undefined && { model }),
  };
}

function answerIn(
  said: Exclude<ModelAnswer, { end: 'error' }>,
  onTruncate: ModelDefinition['onTruncate'],
  status: number,
): Reply['answer'] {
  const { reason } = said;
  if (said.end === 'refused') {
    throw new CallError('refused', `the model refused: ${excerptOf(reason)}`, { status });
  }
  if (said.end === 'broken') {
    throw new CallError('bad-answer', `the answer broke off (${excerptOf(reason)})`, { status });
  }
  const { end } = said;
  const answer = typeof said.answer === 'string' ? withoutThoughts(said.answer) : said.answer;
  const isBlank = answer === undefined || (typeof answer === 'string' && answer.trim() === '');
  if (end === 'truncated' && (onTruncate === 'fail' || isBlank)) {
    const remedy = isOutOfTokens(reason) ? ': allow it more tokens' : '';
    throw new CallError('truncated', `the answer was cut off (${reason})${remedy}`, { status });
  }
  if (isBlank) throw new CallError('bad-answer', `an answer without content (${reason})`, { status });
  return answer;
}
