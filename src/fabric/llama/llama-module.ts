import type { JsonObject } from '../../rows/row.js';

/*
 * What is used of node-llama-cpp 3. The package's own types are there only where it is installed,
 * and it is not installed with batchai.
 */

export interface LlamaModule {
  getLlama(options: LlamaOptions): Promise<Llama>;
  /** @throws where a model has a chat template that can't be used, and no other is to be guessed. */
  resolveChatWrapper(
    model: LlamaModel,
    options: {
      /** `jinjaTemplate`: the file's own template, and no wrapper that was found to be like it. */
      readonly type: 'auto' | 'jinjaTemplate';
      readonly fallbackToOtherWrappersOnJinjaError: false;
      readonly warningLogs: false;
    },
  ): ChatWrapper;
  readonly LlamaChat: new (options: {
    readonly contextSequence: LlamaSequence;
    readonly chatWrapper: ChatWrapper;
  }) => LlamaChat;
}

export interface LlamaOptions {
  readonly gpu: 'auto';
  /** Never from source: that takes minutes, a compiler and a download. */
  readonly build: 'never';
  readonly skipDownload: true;
  readonly progressLogs: false;
  readonly logLevel: 'disabled';
  readonly logger: () => void;
  readonly maxThreads?: number;
  /** Looks for a binary that runs here, and no more. */
  readonly dryRun?: true;
}

export interface Llama {
  loadModel(options: { readonly modelPath: string }): Promise<LlamaModel>;
  createGrammarForJsonSchema(schema: JsonObject): Promise<LlamaGrammar>;
  dispose(): Promise<void>;
}

/** Opaque: created by the package and handed back to it. */
export interface LlamaGrammar {
  readonly grammar: string;
}

export interface LlamaModel {
  /** What its file says of it. */
  readonly fileInfo?: { readonly metadata?: { readonly tokenizer?: { readonly chat_template?: string } } };
  readonly tokenizer: Tokenizer;
  createContext(options: {
    readonly sequences: number;
    /** In tokens a sequence; with `max`, as many up to it as memory allows and the model was trained on. */
    readonly contextSize: number | { readonly max: number };
  }): Promise<LlamaContext>;
  dispose(): Promise<void>;
}

/** Opaque: it is handed from a model to a text. */
export type Tokenizer = (text: string) => readonly number[];

export interface LlamaContext {
  getSequence(): LlamaSequence;
  dispose(): Promise<void>;
}

/** One of several texts that a context holds at a time. */
export interface LlamaSequence {
  /** In tokens. */
  readonly contextSize: number;
  readonly tokenMeter: TokenMeter;
  clearHistory(): Promise<void>;
}

export interface TokenMeter {
  getState(): TokenMeterState;
  diff(before: TokenMeterState): TokenMeterState;
}

export interface TokenMeterState {
  readonly usedInputTokens: number;
  readonly usedOutputTokens: number;
}

/** Writes conversations as a model was trained to read them. */
export interface ChatWrapper {
  /** As the package calls it: `ChatML`, `JinjaTemplate`. */
  readonly wrapperName: string;
  generateContextState(options: { readonly chatHistory: ChatHistory }): {
    readonly contextText: { tokenize(tokenizer: Tokenizer): readonly number[] };
  };
}

export type ChatHistory = readonly ChatItem[];

export type ChatItem =
  | { readonly type: 'system' | 'user'; readonly text: string }
  | { readonly type: 'model'; readonly response: readonly string[] };

export interface LlamaChat {
  generateResponse(history: ChatHistory, options: GenerateOptions): Promise<GeneratedResponse>;
}

/** How the next token is chosen, and when to stop. */
export interface SamplingOptions {
  readonly temperature: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly minP?: number;
  readonly seed?: number;
  /** Set explicitly, since the package penalises repetitions by default. */
  readonly repeatPenalty:
    | false
    | { readonly penalty: number; readonly frequencyPenalty?: number; readonly presencePenalty?: number };
  readonly customStopTriggers?: readonly string[];
}

export interface GenerateOptions extends SamplingOptions {
  readonly maxTokens: number;
  readonly signal: AbortSignal;
  readonly grammar?: LlamaGrammar;
  readonly contextShift: { readonly strategy: ContextShiftStrategy };
}

/** Chooses what is left of a conversation that has outgrown its context. */
export type ContextShiftStrategy = () => { readonly chatHistory: ChatHistory; readonly metadata: JsonObject };

export interface GeneratedResponse {
  /** The answer, without what the model thought to itself. */
  readonly response: string;
  /** The answer and the thoughts, in their order. */
  readonly fullResponse: readonly (string | { readonly text?: string })[];
  readonly metadata: { readonly stopReason: string };
}
