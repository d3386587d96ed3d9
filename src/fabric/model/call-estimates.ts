import type { JsonObject } from '../../rows/row.js';
import type { RenderedPrompt } from '../definition.js';
import type { FabricCall, Inputs, Repair, TokenEstimate, TokenUsage } from '../fabric.js';
import { BYTES_PER_TOKEN, TokenEstimator } from './token-estimator.js';

/** Assumed length of an answer without a stated bound; most are shorter. */
const MODEST_ANSWER_TOKENS = 500;

/** Most tokens assumed under a default limit, which leaves room for thoughts that most answers do not need. */
const MOST_OF_DEFAULT = 4_096;

/** The estimate of a call that never goes out because its prompt cannot be rendered. */
const NOTHING: TokenEstimate = { input: 0, output: 0, deviation: 0 };

/** What calls will take, by their prompts; a prompt that was rendered for that is kept for the call itself. */
export class CallEstimates {
  readonly #estimator: TokenEstimator;
  readonly #rendered = new WeakMap<FabricCall, RenderedPrompt>();

  constructor(
    private readonly render: (inputs: Inputs) => RenderedPrompt,
    parameters: JsonObject,
    constantBytes: number,
    defaultMaxTokens: number | undefined,
    private readonly tokensOfFiles: (files: FabricCall['files']) => number,
  ) {
    const limit = parameters.max_completion_tokens ?? parameters.max_tokens;
    const stated = typeof limit === 'number' ? limit : undefined;
    const maxOutputTokens = stated ?? defaultMaxTokens;
    const outputTokens = stated ?? Math.min(defaultMaxTokens ?? MODEST_ANSWER_TOKENS, MOST_OF_DEFAULT);
    this.#estimator = new TokenEstimator({ constantBytes, outputTokens, maxOutputTokens });
  }

  of(call: FabricCall): TokenEstimate {
    let prompt: RenderedPrompt;
    try {
      prompt = this.#rendered.get(call) ?? this.render(call.inputs);
    } catch {
      // The call itself says what is wrong.
      return NOTHING;
    }
    this.#rendered.set(call, prompt);
    return this.#estimator.estimate(this.#bytesOf(prompt, call.files, call.repair));
  }

  /** The prompt that was rendered for the estimate, once. */
  takePrompt(call: FabricCall): RenderedPrompt | undefined {
    const prompt = this.#rendered.get(call);
    if (prompt !== undefined) this.#rendered.delete(call);
    return prompt;
  }

  learn(
    prompt: RenderedPrompt,
    files: FabricCall['files'],
    repair: Repair | undefined,
    usage: TokenUsage,
  ): void {
    this.#estimator.learn(this.#bytesOf(prompt, files, repair), usage);
  }

  /** Files count as a text of as many tokens would. */
  #bytesOf(prompt: RenderedPrompt, files: FabricCall['files'], repair: Repair | undefined): number {
    const bytes = promptBytes(prompt, repair);
    return files === undefined ? bytes : bytes + BYTES_PER_TOKEN * this.tokensOfFiles(files);
  }
}

function promptBytes({ system = '', prompt }: RenderedPrompt, repair: Repair | undefined): number {
  const bytes = Buffer.byteLength(prompt) + Buffer.byteLength(system);
  if (repair === undefined) return bytes;
  return bytes + Buffer.byteLength(repair.answer) + Buffer.byteLength(repair.problem);
}
