import { crc32 } from 'node:zlib';
import { bodyWithFiles, promptWithFiles } from '../attachments/body-with-files.js';
import { guessFileTokens } from '../attachments/file-tokens.js';
import { CallError } from '../call-error.js';
import type { ModelDefinition, RenderedPrompt } from '../definition.js';
import type { Fabric, FabricCall, Inputs, Reply, TokenEstimate, TokenUsage } from '../fabric.js';
import type { ClientOptions } from '../http/client-options.js';
import type { HttpResponse } from '../http/exchange.js';
import { HttpTransport } from '../http/http-transport.js';
import { idempotencyKey } from '../http/idempotency-key.js';
import { charactersOf, LONG_PROMPT } from './answer-oddities.js';
import { CallEstimates } from './call-estimates.js';
import type { Rung } from './form-ladder.js';
import { modelEndpoint } from './model-endpoint.js';
import { ReplyReader } from './reply-reader.js';
import type { WireFormat } from './wire-format.js';

/** Longer than any model's answer: a larger body is something else. */
const MAX_RESPONSE_BYTES = 10 * 1024 * 1024;

export interface ModelOptions extends ClientOptions {
  readonly definition: ModelDefinition;
  /** Undefined where the service needs none. */
  readonly apiKey: string | undefined;
  /** Makes a row's prompt; may throw a CallError. */
  readonly render: (inputs: Inputs) => RenderedPrompt;
}

/**
 * A fabric that a model service answers. Where its definition has a schema, answers are objects, or text that should
 * hold JSON; `validated` checks them. A service that does not know the best form of requesting them gets a lesser form
 * from then on.
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
  readonly #reader: ReplyReader;
  /** Made at the first request for an estimate, since learning costs time. */
  #estimates: CallEstimates | undefined;

  constructor(private readonly options: ModelOptions) {
    const { definition, apiKey, concurrency, timeoutMs, onLateStart } = options;
    const { wire, origin, path, headers } = modelEndpoint(definition, apiKey);
    this.#wire = wire;
    this.#path = path;
    this.#headers = [...headers];
    this.#reader = new ReplyReader({
      ...options,
      wire,
      decodeAs: (rung) => (response, call) => this.#decode(response, call, rung),
    });
    this.#transport = new HttpTransport({
      origin,
      proxy: options.proxy,
      connections: concurrency,
      timeoutMs,
      maxResponseBytes: MAX_RESPONSE_BYTES,
      // A query may hold a secret.
      service: `${origin}${path.replace(/\?.*/, '')}`,
      onLateStart,
      ...(options.onTimeout && { onTimeout: options.onTimeout }),
    });
  }

  get inFlight(): number {
    return this.#transport.inFlight;
  }

  run(call: FabricCall): Promise<Reply> {
    const rung = this.#reader.forms.current;
    const estimates = this.#estimates;
    let prompt: RenderedPrompt;
    try {
      prompt = promptWithFiles(
        estimates?.takePrompt(call) ?? this.options.render(call.inputs),
        call.files,
        this.#wire.filePart,
      );
    } catch (error) {
      return Promise.reject(error);
    }
    const { repair } = call;
    const learn = this.#learner(prompt, call);
    const decode =
      learn === undefined
        ? rung.decode
        : (response: HttpResponse) => this.#decode(response, call, rung, learn);
    // The transport has read the headers when `post` returns, so one array serves all calls.
    this.#headers[this.#headers.length - 1] = this.#idempotencyKey(call, rung);
    const json = rung.form.body(prompt, repair);
    const body = call.files === undefined ? json : bodyWithFiles(json, call.files);
    return this.#transport.post(call, this.#path, this.#headers, body, decode);
  }

  estimate(call: FabricCall): TokenEstimate {
    this.#estimates ??= this.#newEstimates();
    return this.#estimates.of(call);
  }

  close(): Promise<void> {
    return this.#transport.close(new CallError('aborted', 'the run stopped'));
  }

  /** One for each body: a request in another form, or for a repair, is another request. */
  #idempotencyKey(call: FabricCall, { keySuffix }: Rung<Reply>): string {
    const { repair } = call;
    const key = `${idempotencyKey(this.options.runId, call)}${keySuffix}`;
    return repair === undefined ? key : `${key}-repair-${crc32(repair.answer).toString(16)}`;
  }

  /** Receives the usage of a prompt that teaches something; undefined for most calls, which saves a function each. */
  #learner(prompt: RenderedPrompt, { files, repair }: FabricCall): ((usage: TokenUsage) => void) | undefined {
    const estimates = this.#estimates;
    const characters = charactersOf(prompt);
    if (estimates === undefined && characters < LONG_PROMPT) return undefined;
    return (usage) => {
      estimates?.learn(prompt, files, repair, usage);
      this.#reader.oddities.lookAtPrompt(characters, usage);
    };
  }

  #newEstimates(): CallEstimates {
    const { definition, render } = this.options;
    const constantBytes = Buffer.byteLength(this.#reader.forms.current.form.body({ prompt: '' }));
    return new CallEstimates(
      render,
      definition.parameters,
      constantBytes,
      this.#wire.defaultMaxTokens?.(definition),
      guessFileTokens(definition),
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
    return this.#reader.read(response, rung, took);
  }
}
