import type {
  ChatHistory,
  GeneratedResponse,
  GenerateOptions,
  LlamaModule,
  LlamaOptions,
} from '../../../src/fabric/llama/llama-module.js';
import type { JsonObject } from '../../../src/rows/row.js';

/** What of the stand-in is otherwise than usual. */
export interface StandInBehaviour {
  readonly answer?: (history: ChatHistory, options: GenerateOptions) => Promise<GeneratedResponse>;
  readonly start?: () => Promise<void>;
  readonly loadModel?: () => Promise<void>;
  readonly createContext?: () => Promise<void>;
  readonly createGrammar?: () => Promise<void>;
}

/** What was asked of the stand-in. */
export interface StandInRecord {
  readonly starts: LlamaOptions[];
  readonly contexts: { readonly sequences: number; readonly contextSize: unknown }[];
  readonly grammars: JsonObject[];
  readonly generations: { readonly history: ChatHistory; readonly options: GenerateOptions }[];
  /** The names of what was disposed of, in that order. */
  readonly disposed: string[];
  clearings: number;
}

/** The tokens that fit the stand-in's context. */
export const CONTEXT_TOKENS = 100;

/** In place of node-llama-cpp: a model whose tokens are words, and which answers with what it was asked. */
export function standInLlama({ answer = echo, ...behaviour }: StandInBehaviour = {}) {
  const record: StandInRecord = {
    starts: [],
    contexts: [],
    grammars: [],
    generations: [],
    disposed: [],
    clearings: 0,
  };
  const disposable = (name: string) => ({
    dispose: async () => {
      record.disposed.push(name);
    },
  });
  const tokenizer = (text: string) => (text.match(/\S+/g) ?? []).map(() => 0);
  const sequence = () => ({
    contextSize: CONTEXT_TOKENS,
    tokenMeter: {
      getState: () => ({ usedInputTokens: 0, usedOutputTokens: 0 }),
      diff: () => ({ usedInputTokens: 10, usedOutputTokens: 7 }),
    },
    clearHistory: async () => {
      record.clearings += 1;
    },
  });
  const module: LlamaModule = {
    async getLlama(options) {
      record.starts.push(options);
      await behaviour.start?.();
      return {
        ...disposable('llama'),
        async loadModel() {
          await behaviour.loadModel?.();
          return {
            ...disposable('model'),
            tokenizer,
            async createContext(wanted) {
              record.contexts.push(wanted);
              await behaviour.createContext?.();
              return { ...disposable('context'), getSequence: sequence };
            },
          };
        },
        async createGrammarForJsonSchema(schema) {
          await behaviour.createGrammar?.();
          record.grammars.push(schema);
          return { grammar: 'root' };
        },
      };
    },
    resolveChatWrapper: () => ({
      wrapperName: 'StandIn',
      generateContextState: ({ chatHistory }) => ({
        contextText: { tokenize: () => tokenizer(chatHistory.map(textOf).join(' ')) },
      }),
    }),
    LlamaChat: class {
      async generateResponse(history: ChatHistory, options: GenerateOptions) {
        record.generations.push({ history, options });
        return answer(history, options);
      }
    },
  };
  return { record, load: async () => module };
}

function textOf(item: ChatHistory[number] | undefined): string {
  if (item === undefined) return '';
  return item.type === 'model' ? item.response.join('') : item.text;
}

export function generated(response: string, stopReason = 'eogToken'): GeneratedResponse {
  return { response, fullResponse: [response], metadata: { stopReason } };
}

async function echo(history: ChatHistory): Promise<GeneratedResponse> {
  return generated(textOf(history.at(-1)));
}

/** Generates until it is told to stop. */
export function endlessly(_history: ChatHistory, { signal }: GenerateOptions): Promise<GeneratedResponse> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
