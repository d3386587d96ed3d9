import { replyCheck } from '../../fabric/answer/reply-check.js';
import type { Attachment } from '../../fabric/attachments/attachment.js';
import { promptWithFiles, textWithFiles } from '../../fabric/attachments/body-with-files.js';
import { CallError } from '../../fabric/call-error.js';
import type { ModelDefinition, RenderedPrompt } from '../../fabric/definition.js';
import type { FabricCall, Repair, Reply, TokenUsage } from '../../fabric/fabric.js';
import { ReplyReader } from '../../fabric/model/reply-reader.js';
import type { WireFormat } from '../../fabric/model/wire-format.js';
import type { Pricer } from '../../fabric/price/pricer.js';
import type { ServiceNotice } from '../../fabric/service-notice.js';
import { noteUsage } from '../../fabric/spending.js';
import type { JsonObject } from '../../json/json-value.js';
import { promptInBody } from './prompt-in-body.js';

export interface BatchRepliesOptions {
  readonly definition: ModelDefinition;
  readonly apiKey: string | undefined;
  /** As the batch API has it; live calls may have another. */
  readonly wire: WireFormat;
  /** Of live calls; undefined where no price is known. */
  readonly pricer: Pricer | undefined;
  /** What a row costs beside what it costs live. */
  readonly priceShare: number;
  readonly onNotice?: ((notice: ServiceNotice) => void) | undefined;
  /** ms since 1970. */
  readonly wallNow: () => number;
}

const NO_HEADERS = {};

/** A request, as JSON, and the name of its form. */
export interface MadeRequest {
  readonly body: string;
  readonly form: string;
}

/** Makes requests of prompts, and replies of the responses in a batch, by the same code as live calls. */
export class BatchReplies {
  readonly #reader: ReplyReader;
  readonly #check: (call: FabricCall, reply: Reply) => Reply;

  /** @throws CallError `misconfigured` for parameters that are not for a fabric to set. */
  constructor(private readonly options: BatchRepliesOptions) {
    const { output } = options.definition;
    this.#reader = new ReplyReader({
      ...options,
      // Nothing is sent from here: only the form in use is asked for.
      decodeAs: () => () => {
        throw new CallError('aborted', 'a batch is not called live');
      },
    });
    this.#check = output === undefined ? (_call, reply) => reply : replyCheck(output);
  }

  /** The form of requests that is in use: the best that the service has not refused. */
  get form(): string {
    return this.#reader.forms.current.form.name;
  }

  /** Takes a form into use that an earlier process was at. */
  use(form: string): void {
    this.#reader.forms.use(form);
  }

  /** A request in the form that is in use. */
  request(prompt: RenderedPrompt, files: readonly Attachment[]): MadeRequest {
    const { form } = this.#reader.forms.current;
    const body = form.body(promptWithFiles(prompt, files, this.options.wire.filePart));
    return { body: textWithFiles(body, files), form: form.name };
  }

  /**
   * The same request in another form, or with what was wrong with the answer to it; undefined where its prompt is not
   * found in it.
   *
   * @param body of a request, as it was made.
   */
  remade(body: JsonObject, form: string, repair: Repair | undefined): string | undefined {
    const prompt = promptInBody(body, this.options.definition.output);
    return prompt && this.#reader.forms.named(form).form.body(prompt, repair);
  }

  /**
   * The reply in a response. Adds what it took and cost to `call`, also where the answer is no good.
   *
   * @param form that the request had.
   * @throws CallError
   */
  read(response: { readonly status: number; readonly body: string }, call: FabricCall, form: string): Reply {
    const reply = this.#reader.read(
      { status: response.status, body: response.body, headers: NO_HEADERS, latencyMs: 0 },
      this.#reader.forms.named(form),
      (usage) => {
        const own = usage && withoutBatchTier(usage);
        noteUsage(call, own, this.#costOf(own));
      },
    );
    return this.#check(call, reply);
  }

  #costOf(usage: TokenUsage | undefined): number | undefined {
    const { pricer, priceShare } = this.options;
    const live = pricer?.costOf(usage);
    return live === undefined ? undefined : live * priceShare;
  }
}

/**
 * Answers may say that they were served as a batch. That share of the price is `priceShare`: a tier of its own would have
 * no price in the list of those of live calls.
 */
function withoutBatchTier(usage: TokenUsage): TokenUsage {
  if (usage.tier !== 'batch') return usage;
  const { tier: _, ...others } = usage;
  return others;
}
