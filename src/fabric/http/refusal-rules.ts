import type { CallErrorKind } from '../call-error.js';

/**
 * Codes with one meaning for all statuses; the first that fits counts. The official SDKs look at the status
 * alone, and try a 429 that says "out of money" for ever. LiteLLM's classes of errors are among the codes.
 */
export const BY_CODE: readonly (readonly [codes: RegExp, kind: CallErrorKind])[] = [
  [
    /^(insufficient_quota|credit_balance_exhausted|.*_spend_limit_exceeded|organization_usage_limit_exceeded|billing_error|enforced_spend_limit_reached|contract_spend_limit_reached|billing_not_active|billing_hard_limit_reached|insufficient_credits|credits[._]depleted|budget_exceeded|BudgetExceededError)$/,
    'no-credit',
  ],
  // no_db_connection, token_not_found_in_db: LiteLLM's proxy, for keys that it cannot look up
  [
    /^(invalid_api_key|authentication_error|permission_error|API_KEY_INVALID|no_db_connection|token_not_found_in_db|organization_on_hold|claude_code_key_creator_not_member)$/,
    'auth',
  ],
  // Together, Groq and Mistral have their own names for an unknown model
  [
    /^(model_not_found|fabric_not_found|model_not_available|model_decommissioned|invalid_model)$/,
    'unknown-fabric',
  ],
  [/^data_residency_mismatch$/, 'misconfigured'],
  [
    /^(content_filter|content_policy_violation|responsible_?ai_?policy_?violation|invalid_prompt|moderation_blocked|refusal|ContentPolicyViolationError|(bio|cyber|misalignment)_policy(_violation)?)$/i,
    'refused',
  ],
  [
    /^(context_length_exceeded|string_above_max_length|string_too_long|token_limit_exceeded|request_too_large|payload_too_large|exceed_context_size_error|ContextWindowExceededError)$/,
    'too-large',
  ],
  // Groq, when the model broke JSON or its tool's form: another try may succeed.
  [/^(json_validate_failed|tool_use_failed)$/, 'bad-answer'],
  // unavailable_error: llama.cpp, while it loads its model
  [
    /^(slow_down|server_is_overloaded|overloaded_error|provider_overloaded|capacity_exceeded|unavailable_error)$/,
    'overloaded',
  ],
];

/** Codes whose meaning depends on the status. */
export const BY_STATUS_AND_CODE: readonly (readonly [
  status: (status: number) => boolean,
  codes: RegExp,
  kind: CallErrorKind,
])[] = [
  // Anthropic, when a customer's own encryption key is gone; with a 503 it is temporary.
  [(status) => status === 400, /^cmek_/, 'misconfigured'],
  // Groq sends it with a 413 for a single request above the limit.
  [(status) => status !== 413 && status !== 429, /^rate_limit_exceeded$/, 'rate-limit'],
];

/** Gemini's daily quota, or a quota of zero: waiting for seconds does not help. */
export const DAILY_QUOTA = /PerDay|limit:\s{0,9}0(?![\d.])/;

const ANY_REFUSAL = [400, 401, 402, 403, 404, 422, 429, 500, 503];

/** Refusals that services express in words only. Each rule names a status too, since a message may quote a row. */
export const BY_TEXT: readonly (readonly [statuses: readonly number[], text: RegExp, kind: CallErrorKind])[] =
  [
    // Anthropic answers 400 for an empty account, and for a limit that its owner set
    [[400, 403, 429], /^Your credit balance is too low/i, 'no-credit'],
    [[400, 403, 429], /^You have reached your specified (workspace )?API usage limits/i, 'no-credit'],
    [[403], /^Key limit exceeded/i, 'no-credit'],
    // xAI
    [
      [403, 429],
      /^Your (newly created )?team\b.{0,80}\b(doesn't have any credits|used all available credits)/i,
      'no-credit',
    ],
    // LiteLLM's budgets, and the quota of an account behind it. Gemini sends the latter too, and adds how long to wait.
    [
      ANY_REFUSAL,
      /^(Budget has been exceeded|Exceeded(Token)?Budget\b|.{0,120}\bcrossed budget\b)/i,
      'no-credit',
    ],
    [
      ANY_REFUSAL,
      /^You exceeded your current quota, please check your plan(?![\s\S]*\b(retry (in|after)|quota exceeded for metric|try again in)\b)/i,
      'no-credit',
    ],
    [[400], /^(API key (not valid|expired)|Incorrect API key provided)/i, 'auth'],
    [[400, 401, 500], /^Authentication Error\b/i, 'auth'],
    // LiteLLM's proxy without a database knows only its own key
    [[400, 500], /^No connected db\b/i, 'auth'],
    [[400], /^User location is not supported/i, 'misconfigured'],
    [[400], /is not a valid model ID$/i, 'unknown-fabric'],
    [[400], /^(\/\S{1,60}: )?Invalid model name passed in|^LLM Provider NOT provided/i, 'unknown-fabric'],
    [
      [400],
      /^(\S{1,40} organization|your organization|this organization) (is|has been) (placed )?on hold/i,
      'auth',
    ],
    [[400], /^(prompt is too long|input is too long)|input length and `max_tokens` exceed/i, 'too-large'],
    [
      [400, 422],
      /maximum context length|available context size|input token count [\s\S]{0,80}exceeds/i,
      'too-large',
    ],
    // OpenAI, for one request with more tokens than a minute allows: it never fits
    [[429], /^Request too large for/i, 'too-large'],
    [[413], /^Request too large for/i, 'too-large'],
    [
      [400, 403],
      /^Content violates usage guidelines|requires moderation|input was flagged|rejected as a result of our safety system/i,
      'refused',
    ],
    // Ollama's and vLLM's full queues, and models that are being loaded
    [
      [503],
      /maximum pending requests exceeded|\bqueue\b.{0,80}\b(full|length|limit|exceeded)|loading model|currently loading/i,
      'overloaded',
    ],
  ];

/** Meanings of statuses without a known code or word in the body. */
export const BY_STATUS: Readonly<Record<number, CallErrorKind>> = {
  400: 'bad-request',
  401: 'auth',
  402: 'no-credit',
  403: 'auth',
  404: 'unknown-fabric',
  405: 'misconfigured',
  // Sent by firewalls; services do not use it.
  406: 'misconfigured',
  407: 'misconfigured',
  408: 'timeout',
  409: 'server',
  // Azure, for a deployment whose model has been retired
  410: 'unknown-fabric',
  413: 'too-large',
  414: 'too-large',
  422: 'unprocessable',
  425: 'server',
  429: 'rate-limit',
  431: 'too-large',
  498: 'overloaded',
  529: 'overloaded',
};
