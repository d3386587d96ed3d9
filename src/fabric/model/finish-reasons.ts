/**
 * Judges an answer by its finish reason. Services have their own reasons for answers that broke off in the middle, and add
 * new ones: an unknown reason counts as bad.
 */
export type End = 'complete' | 'truncated' | 'refused' | 'broken';

/** OpenAI, Anthropic, Together (`eos`), TGI (`eos_token`), Cohere (`complete`). */
const COMPLETE: ReadonlySet<string> = new Set([
  ...['stop', 'end_turn', 'stop_sequence', 'eos', 'eos_token', 'complete'],
  ...['tool_calls', 'function_call', 'tool_use'],
]);

/** An end at the most tokens allowed, or at the model's own limit (Mistral: `model_length`). */
const OUT_OF_TOKENS: ReadonlySet<string> = new Set([
  ...['length', 'max_tokens', 'max_output_tokens', 'max_completion_tokens'],
  ...['model_length', 'model_context_window_exceeded'],
]);

/** Cut for other reasons: vLLM and MiMo stop a model that repeats itself; Anthropic and Gemini would go on if asked to. */
const CUT: ReadonlySet<string> = new Set([
  'repetition',
  'repetition_truncation',
  'pause_turn',
  'continuation',
]);

/** OpenAI, Anthropic, and Gemini's, which has its own names and adds to others, as in "content_filter: RECITATION". */
const REFUSED =
  /^(?:content_filter|refusal$|safety$|recitation$|blocklist$|prohibited_content$|spii$|language$|escalation$|model_armor$|jailbreak$)/;

/** @param reason undefined where the service gives none: the answer then counts as whole */
export function endOf(reason: string | undefined): End {
  if (reason === undefined) return 'complete';
  const name = reason.toLowerCase();
  if (COMPLETE.has(name)) return 'complete';
  if (OUT_OF_TOKENS.has(name) || CUT.has(name)) return 'truncated';
  return REFUSED.test(name) ? 'refused' : 'broken';
}

/** Whether an answer with more tokens allowed would have been whole. */
export function isOutOfTokens(reason: string): boolean {
  return OUT_OF_TOKENS.has(reason.toLowerCase());
}
