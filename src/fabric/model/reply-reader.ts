import { withoutThoughts } from '../answer/without-thoughts.js';
import { CallError } from '../call-error.js';
import type { ModelDefinition } from '../definition.js';
import type { Reply, TokenUsage } from '../fabric.js';
import type { HttpResponse, ResponseDecoder } from '../http/exchange.js';
import { excerptOf, parseJsonObject } from '../http/json-body.js';
import { KeyMask } from '../http/key-masking.js';
import { refusalInside, refusalOf } from '../http/refusal.js';
import type { ResponseHeaders } from '../http/response-head.js';
import { callErrorOfRefusal, type ServiceRefusal } from '../http/service-error.js';
import type { ServiceNotice } from '../service-notice.js';
import { AnswerOddities } from './answer-oddities.js';
import { isOutOfTokens } from './finish-reasons.js';
import { FormLadder, type Rung } from './form-ladder.js';
import { RefusedParameter } from './refused-parameter.js';
import type { ModelAnswer, WireFormat } from './wire-format.js';
import { withDigits } from './with-digits.js';

export interface ReplyReaderOptions {
  readonly definition: ModelDefinition;
  /** Undefined where the service wants none. */
  readonly apiKey: string | undefined;
  readonly wire: WireFormat;
  /** Decodes responses to requests in the form of a rung. */
  readonly decodeAs: (rung: Rung<Reply>) => ResponseDecoder<Reply>;
  readonly onNotice?: ((notice: ServiceNotice) => void) | undefined;
  /** ms since 1970, for dates in Retry-After. */
  readonly wallNow: () => number;
}

/** Turns a model service's responses, live or of a batch, into replies or CallErrors. */
export class ReplyReader {
  /** The forms of requests, of which one is in use. */
  readonly forms: FormLadder<Reply>;
  readonly oddities: AnswerOddities;
  readonly #keyMask: KeyMask;
  readonly #refusedParameter: RefusedParameter;

  /** @throws CallError `misconfigured` for parameters that are not for a fabric to set. */
  constructor(private readonly options: ReplyReaderOptions) {
    const { definition, apiKey, wire, decodeAs, onNotice } = options;
    this.#keyMask = new KeyMask(apiKey);
    this.oddities = new AnswerOddities(definition.model, onNotice);
    this.#refusedParameter = new RefusedParameter(definition);
    this.forms = new FormLadder(wire.forms(definition), decodeAs, onNotice);
  }

  /**
   * The reply in a whole response. Neither it nor the error has the key in it.
   *
   * @param took called with the usage of the call, also for a rejected answer; undefined where the service states none.
   * @throws CallError
   */
  read(response: HttpResponse, rung: Rung<Reply>, took: (usage: TokenUsage | undefined) => void): Reply {
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
    const { wire, definition } = this.options;
    const said = wire.read(value);
    if (said.end === 'error') {
      const { error } = said;
      throw this.#refusalError(refusalInside(error, JSON.stringify({ error })), rung);
    }
    rung.isKnown = true;
    const model = this.oddities.otherModel(said.model);
    const usage = this.oddities.credible(usageOf(said.usage, response.headers, model));
    took?.(usage);
    const answer = withDigits(answerIn(said, definition.onTruncate, status), body, wire);
    const ignored = said.end === 'complete' ? this.forms.judgeAnswer(rung, answer) : undefined;
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
    const error = this.forms.judge(rung, refusal, callErrorOfRefusal({ ...refusal, isKeyless }));
    return this.#refusedParameter.judge(error, refusal.body);
  }
}

/** The usage in the body, with what the headers and the answering model add. */
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
