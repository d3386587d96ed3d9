import { availableParallelism } from 'node:os';
import type { JsonObject } from '../../rows/row.js';
import { CallError } from '../call-error.js';
import { grammarSchema } from './grammar-schema.js';
import type {
  ChatHistory,
  ChatWrapper,
  Llama,
  LlamaChat,
  LlamaContext,
  LlamaGrammar,
  LlamaModel,
  LlamaModule,
  LlamaSequence,
} from './llama-module.js';
import type { LlamaParameters } from './llama-parameters.js';
import { LlamaSetUpError } from './llama-set-up-error.js';
import { reasonOf, type StartOptions, startLlama } from './require-llama.js';

/** A model in memory, with room for several conversations at a time. */
export interface LoadedModel {
  /** One for each call in flight. */
  readonly seats: readonly Seat[];
  /** Undefined where answers are text, or where a grammar can't say what is wanted. */
  readonly grammar: LlamaGrammar | undefined;
  /** What the model would read, in tokens, up to where its answer begins. */
  countTokens(history: ChatHistory): number;
  dispose(): Promise<void>;
}

/** A place in the model's memory for one conversation. */
export interface Seat {
  readonly chat: LlamaChat;
  readonly sequence: LlamaSequence;
}

export interface ModelOptions {
  readonly modelPath: string;
  readonly parameters: LlamaParameters;
  readonly schema: JsonObject | undefined;
  /** Conversations at a time. */
  readonly seats: number;
}

/** A model trained on more could take all memory with a context for each call in flight. */
const MAX_DEFAULT_CONTEXT_TOKENS = 8_192;
/** llama.cpp's own limit (LLAMA_MAX_SEQ). */
const MAX_SEATS = 256;

/** @throws CallError `misconfigured` where the model can't be loaded; LlamaSetUpError where the package can't run. */
export async function loadModel(module: LlamaModule, options: ModelOptions): Promise<LoadedModel> {
  const opened: { dispose(): Promise<void> }[] = [];
  const dispose = async () => {
    for (const one of opened.splice(0).reverse()) await one.dispose();
  };
  const keep = <T extends { dispose(): Promise<void> }>(one: T): T => {
    opened.push(one);
    return one;
  };
  try {
    const llama = keep(await startLlama(module, threads(options.parameters)));
    const model = keep(await llama.loadModel({ modelPath: options.modelPath }));
    const context = keep(await openContext(model, options));
    const wrapper = chatWrapperOf(module, model);
    const countTokens = tokenCounter(model, wrapper);
    // A chat template that can't be used is better found now.
    countTokens([{ type: 'user', text: 'Hello' }]);
    return {
      seats: Array.from({ length: Math.min(options.seats, MAX_SEATS) }, () => {
        const sequence = context.getSequence();
        return { sequence, chat: new module.LlamaChat({ contextSequence: sequence, chatWrapper: wrapper }) };
      }),
      grammar: await grammarOf(llama, options.schema),
      countTokens,
      dispose,
    };
  } catch (error) {
    await dispose();
    if (error instanceof LlamaSetUpError) throw error;
    throw new CallError(
      'misconfigured',
      `${options.modelPath}: the model cannot be loaded: ${reasonOf(error)}`,
    );
  }
}

/** Wrappers for models whose answers have parts that a template cannot separate. */
const READS_PARTS: ReadonlySet<string> = new Set(['Harmony', 'Muse', 'Functionary']);

/**
 * Conversations are written with the file's own template. Left to itself, the package takes a wrapper of its own that is
 * much like it: ChatML leaves out the system prompt that SmolLM2's template begins with, and Llama 3.1's puts today's
 * date before every prompt, so that tomorrow's answers are others.
 */
function chatWrapperOf(module: LlamaModule, model: LlamaModel): ChatWrapper {
  const resolve = (type: 'auto' | 'jinjaTemplate') =>
    module.resolveChatWrapper(model, {
      type,
      fallbackToOtherWrappersOnJinjaError: false,
      warningLogs: false,
    });
  const found = resolve('auto');
  const template = model.fileInfo?.metadata?.tokenizer?.chat_template ?? '';
  return template.trim() === '' || READS_PARTS.has(found.wrapperName) ? found : resolve('jinjaTemplate');
}

/**
 * Caps the threads at the number of cores. llama.cpp's threads busy-wait for each other, and the package starts at least
 * four: on two cores, an answer took 100 times as long.
 */
function threads({ threads: wanted }: LlamaParameters): StartOptions {
  const cores = availableParallelism();
  if (wanted !== undefined) return { maxThreads: wanted };
  return cores < 4 ? { maxThreads: cores } : {};
}

async function openContext(model: LlamaModel, { parameters, seats }: ModelOptions): Promise<LlamaContext> {
  try {
    return await model.createContext({
      sequences: Math.min(seats, MAX_SEATS),
      contextSize: parameters.contextTokens ?? { max: MAX_DEFAULT_CONTEXT_TOKENS },
    });
  } catch (error) {
    throw new Error(`${reasonOf(error)}; take less with a lower --concurrency or parameters: n_ctx`);
  }
}

function tokenCounter({ tokenizer }: LlamaModel, wrapper: ChatWrapper): LoadedModel['countTokens'] {
  return (history) => {
    const chatHistory: ChatHistory = [...history, { type: 'model', response: [] }];
    return wrapper.generateContextState({ chatHistory }).contextText.tokenize(tokenizer).length;
  };
}

async function grammarOf(llama: Llama, schema: JsonObject | undefined): Promise<LlamaGrammar | undefined> {
  const expressible = schema && grammarSchema(schema);
  if (expressible === undefined) return undefined;
  try {
    return await llama.createGrammarForJsonSchema(expressible);
  } catch {
    // Too large for llama.cpp's grammars: the prompt holds the schema instead, and answers are checked.
    return undefined;
  }
}
