import type { JsonObject } from '../rows/row.js';
import type { Price } from './price/price.js';

/**
 * What a fabric file says, checked and with every default filled in. It is plain JSON and holds no secret, so it
 * can be hashed, printed and handed to another machine: a key stands in it only by the name of its variable.
 */
export type FabricDefinition = ModelDefinition | LlamaDefinition | PrompthaDefinition;

/** What a fabric file with steps says: fabrics that are asked about each row in turn. */
export interface ChainDefinition {
  readonly name: string;
  readonly steps: readonly StepDefinition[];
}

export interface StepDefinition {
  readonly name: string;
  /** Where it begins in the file. */
  readonly line: number;
  readonly fabric: StepFabric;
  /** An expression; where it does not hold, the step is not asked. */
  readonly when?: string;
  /** What is sent; undefined: what its prompt uses, or all columns where it has none. */
  readonly inputs?: readonly StepInput[];
  /** The steps before it whose answers its prompt uses. */
  readonly promptNeeds: readonly string[];
  /** The same, of its prompt, its `when` and its inputs. */
  readonly needs: readonly string[];
}

/** The fabric of a step: in the chain's file, in a file of its own, or known by its name. */
export type StepFabric =
  | { readonly kind: 'inline'; readonly definition: FabricDefinition }
  | { readonly kind: 'file'; readonly definition: FabricDefinition; readonly path: string }
  | { readonly kind: 'named'; readonly text: string };

/** An input of a step: a column of the row, or an answer before it, or a property of one. */
export interface StepInput {
  readonly input: string;
  readonly from: { readonly column: string } | { readonly step: string; readonly property?: string };
}

interface CommonDefinition {
  readonly name: string;
  /** The JSON schema, with an object as its root, that every answer has to match; without one, answers are text. */
  readonly output?: JsonObject;
  readonly limits: DefinedLimits;
  /** Calls in flight. */
  readonly concurrency?: number | 'auto';
  /** What its calls cost; without one, what the service publishes, where that is known. */
  readonly price?: Price;
}

export interface DefinedLimits {
  /** As `--rate-limit` takes it: `500/min`, `20/s`, `auto`, `none`; a bare number is calls a minute. */
  readonly requests?: string;
  /** Tokens a minute, prompts and answers together. */
  readonly tokens?: number;
}

/** The texts that make a prompt: Liquid templates over a row's inputs. */
export interface PromptDefinition {
  readonly system?: string;
  readonly prompt: string;
  /** The files that the templates include, by name: their texts. */
  readonly partials: Readonly<Record<string, string>>;
}

/** A model behind an HTTP API. */
export interface ModelDefinition extends CommonDefinition, PromptDefinition {
  /** The form of its requests: OpenAI's `chat/completions`, or Anthropic's Messages. */
  readonly provider: 'openai' | 'anthropic';
  readonly model: string;
  /** Of Anthropic's API, as its header `anthropic-version` has it; without one, 2023-06-01. */
  readonly apiVersion?: string;
  /** With its path, without a slash at the end; may have `?api-version=…`. */
  readonly baseUrl: string;
  /** The variable that holds the key; without one, none is sent. */
  readonly keyEnv?: string;
  /** Sent as they are: `temperature`, `max_tokens`, … */
  readonly parameters: JsonObject;
  /** What becomes of an answer that was cut off at the most tokens allowed. */
  readonly onTruncate: 'fail' | 'keep';
  /** The inputs that name files, which are sent with the prompt; undefined: none. */
  readonly attachments?: readonly string[];
  /** The most pixels of a picture, width times height: a larger one is made smaller; undefined: all are sent as they are. */
  readonly maxPixels?: number;
  /** Runs go through the service's batch API: the one at its address, or the one that is named. */
  readonly batchApi?: true | string;
}

/** A model in a file, run in this process. */
export interface LlamaDefinition extends CommonDefinition, PromptDefinition {
  readonly provider: 'llama';
  /** The path of a GGUF file. */
  readonly model: string;
  readonly parameters: JsonObject;
  readonly onTruncate: 'fail' | 'keep';
}

/** A fabric hosted at Promptha. */
export interface PrompthaDefinition extends CommonDefinition {
  readonly provider: 'promptha';
  readonly fabricId: string;
  readonly baseUrl?: string;
  readonly keyEnv: string;
}

/** A prompt with a row's inputs in it. */
export interface RenderedPrompt {
  readonly system?: string;
  readonly prompt: string;
  /** The content parts of the row's files, as JSON in the form of their service, with commas between them. */
  readonly files?: string;
}
