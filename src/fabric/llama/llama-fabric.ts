import type { JsonObject } from '../../rows/row.js';
import { withoutThoughts } from '../answer/without-thoughts.js';
import { CallError, type CallErrorDetails } from '../call-error.js';
import type { LlamaDefinition, RenderedPrompt } from '../definition.js';
import type { Fabric, FabricCall, Inputs, Reply, TokenUsage } from '../fabric.js';
import { chatHistory } from './chat-history.js';
import type { ChatHistory, GeneratedResponse, GenerateOptions } from './llama-module.js';
import { type LlamaParameters, llamaParameters } from './llama-parameters.js';
import { type LoadedModel, loadModel, type Seat } from './loaded-model.js';
import { isPromptless, promptOfInputs } from './promptless-llama.js';
import { checkModelFile, type LoadLlama, loadLlama, reasonOf } from './require-llama.js';
import { SeatLine } from './seat-line.js';

export interface LlamaFabricOptions {
  readonly definition: LlamaDefinition;
  /** Not asked where the definition has no prompt: the model is then given the inputs as they are. */
  readonly render: (inputs: Inputs) => RenderedPrompt;
  /** Calls in flight at most; each takes its own memory. */
  readonly concurrency: number;
  /** Of one call, in ms. */
  readonly timeoutMs: number;
  /** Called with the usage of each answer. */
  readonly onUsage?: (call: FabricCall, usage: TokenUsage | undefined) => void;
  /** Imports node-llama-cpp; another way is for tests. */
  readonly load?: LoadLlama;
}

/**
 * Opens a model in a GGUF file, run in this process by node-llama-cpp: no key, no network, no price. A row's answer
 * depends on that row alone; with the default parameters it is always the same.
 *
 * @throws LlamaSetUpError where the package, the file or a parameter is not as it has to be.
 * @throws CallError `misconfigured` where the model can't be loaded.
 */
export async function openLlamaFabric(options: LlamaFabricOptions): Promise<Fabric> {
  const { definition, concurrency, load } = options;
  const parameters = llamaParameters(definition.parameters);
  await checkModelFile(definition.model);
  const module = await loadLlama(load);
  const model = await loadModel(module, {
    modelPath: definition.model,
    parameters,
    schema: definition.output,
    seats: concurrency,
  });
  return new LlamaFabric(options, parameters, model);
}

class LlamaFabric implements Fabric {
  inFlight = 0;
  readonly #render: (inputs: Inputs) => RenderedPrompt;
  readonly #schema: JsonObject | undefined;
  readonly #line: SeatLine<Seat>;
  /** Aborts the calls that have a seat. */
  readonly #seated = new Set<AbortController>();
  /** Resolves once the model has stopped: it may still work on a call that was given up. */
  readonly #working = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  constructor(
    private readonly options: LlamaFabricOptions,
    private readonly parameters: LlamaParameters,
    private readonly model: LoadedModel,
  ) {
    const { definition, render } = options;
    this.#render = isPromptless(definition) ? promptOfInputs : render;
    this.#schema = definition.output;
    this.#line = new SeatLine(model.seats);
  }

  async run(call: FabricCall): Promise<Reply> {
    call.calls += 1;
    this.inFlight += 1;
    try {
      const history = chatHistory(this.#render(call.inputs), this.#schema, call.repair);
      const seat = await this.#line.take();
      const reply = await this.#inTime(seat, (signal) => this.#reply(seat, history, signal));
      this.options.onUsage?.(call, reply.usage);
      return reply;
    } finally {
      this.inFlight -= 1;
    }
  }

  /** Rejects when the time is up, or the fabric is closed; the seat is free when the model has let go of it. */
  async #inTime(seat: Seat, reply: (signal: AbortSignal) => Promise<Reply>): Promise<Reply> {
    const { timeoutMs } = this.options;
    const ending = new AbortController();
    const timer = setTimeout(
      () =>
        ending.abort(
          new CallError(
            'timeout',
            `no answer within ${timeoutMs} ms: allow more with --timeout, or a shorter answer with parameters: max_tokens`,
            this.#finalIfDeterministic(),
          ),
        ),
      timeoutMs,
    );
    this.#seated.add(ending);
    // The seat was handed over in the moment in which the fabric was closed.
    if (this.#closing !== undefined) ending.abort(aborted());
    const working = reply(ending.signal).finally(() => {
      this.#working.delete(working);
      this.#line.giveBack(seat);
    });
    this.#working.add(working);
    try {
      return await Promise.race([working, whenAborted(ending.signal)]);
    } finally {
      clearTimeout(timer);
      this.#seated.delete(ending);
    }
  }

  async #reply(seat: Seat, history: ChatHistory, signal: AbortSignal): Promise<Reply> {
    signal.throwIfAborted();
    const startedAt = performance.now();
    const { sequence, chat } = seat;
    const input = this.#countTokens(history);
    // node-llama-cpp forgets the beginning of a conversation that has but one token left.
    const room = sequence.contextSize - 1 - input;
    if (room < 1) {
      throw new CallError(
        'too-large',
        `the prompt has ${input} tokens, and the model's context ends at ${sequence.contextSize} (parameters: n_ctx)`,
      );
    }
    if (!this.parameters.keepsPrompts) await sequence.clearHistory();
    const before = sequence.tokenMeter.getState();
    const response = await this.#generate(chat, history, room, signal);
    const latencyMs = performance.now() - startedAt;
    const { usedInputTokens, usedOutputTokens: output } = sequence.tokenMeter.diff(before);
    const answer = this.#answerIn(response, output);
    // The last token of a prompt is counted with the output, since the answer's first comes from it.
    const cached = Math.max(0, input - 1 - usedInputTokens);
    return { answer, latencyMs, usage: { input, output, ...(cached > 0 ? { cached } : {}) } };
  }

  #countTokens(history: ChatHistory): number {
    try {
      return this.model.countTokens(history);
    } catch (error) {
      throw new CallError('bad-request', `the model's chat template fails: ${reasonOf(error)}`);
    }
  }

  async #generate(
    chat: Seat['chat'],
    history: ChatHistory,
    room: number,
    callSignal: AbortSignal,
  ): Promise<GeneratedResponse> {
    const { sampling, maxTokens } = this.parameters;
    const outgrown = new AbortController();
    const signal = AbortSignal.any([callSignal, outgrown.signal]);
    const options: GenerateOptions = {
      ...sampling,
      maxTokens: Math.min(maxTokens, room),
      signal,
      ...(this.model.grammar === undefined ? {} : { grammar: this.model.grammar }),
      contextShift: {
        // A safeguard: the count above keeps prompts within the context, and a prompt must never lose its beginning silently.
        strategy: () => {
          outgrown.abort(new CallError('truncated', "the conversation outgrew the model's context"));
          return { chatHistory: [{ type: 'model', response: [] }], metadata: {} };
        },
      },
    };
    try {
      const response = await chat.generateResponse(history, options);
      signal.throwIfAborted();
      return response;
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw new CallError('server', `the model failed: ${reasonOf(error)}`);
    }
  }

  #answerIn(response: GeneratedResponse, tokens: number): string {
    const answer = withoutThoughts(textOf(response, this.model.grammar !== undefined));
    const isCut = response.metadata.stopReason === 'maxTokens';
    const isBlank = answer.trim() === '';
    if (isCut && (this.options.definition.onTruncate === 'fail' || isBlank)) {
      const remedy =
        tokens === this.parameters.maxTokens
          ? 'allow it more with parameters: max_tokens'
          : "the model's context is full: allow more with parameters: n_ctx";
      throw new CallError('truncated', `the answer was cut off at ${tokens} tokens: ${remedy}`);
    }
    if (isBlank) {
      throw new CallError('bad-answer', 'an answer without content', this.#finalIfDeterministic());
    }
    return answer;
  }

  /** Another attempt would get the same answer and take as long. */
  #finalIfDeterministic(): CallErrorDetails {
    return this.parameters.isDeterministic ? { final: true } : {};
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#line.close(aborted());
    for (const ending of this.#seated) ending.abort(aborted());
    await Promise.allSettled(this.#working);
    await this.model.dispose();
  }
}

function aborted(): CallError {
  return new CallError('aborted', 'the run stopped');
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const refuse = () => reject(signal.reason);
    if (signal.aborted) refuse();
    else signal.addEventListener('abort', refuse, { once: true });
  });
}

/** A model that begins by thinking is held to the grammar from there on: its thoughts are then the answer. */
function textOf({ response, fullResponse }: GeneratedResponse, hasGrammar: boolean): string {
  if (response !== '' || !hasGrammar) return response;
  return fullResponse.map((part) => (typeof part === 'string' ? part : (part.text ?? ''))).join('');
}
