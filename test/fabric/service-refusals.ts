import type { CallErrorKind } from '../../src/fabric/call-error.js';

/** What a service sends, and what it means. The bodies are as the services really send them. */
export type Case = [status: number, body: string | object, kind: CallErrorKind];

export const openai = (message: string, code: string | null, type = 'invalid_request_error') => ({
  error: { message, type, param: null, code },
});
export const anthropic = (type: string, details?: object, message = 'as the documentation has it') => ({
  type: 'error',
  error: { type, message, ...(details && { details }) },
  request_id: 'req_011CSHoEeqs5C35K2UUqR7Fy',
});
export const gemini = (code: number, status: string, message: string, details: object[] = []) => ({
  error: { code, message, status, details },
});
const mistral = (message: string, type: string, code: string | number | null) => ({
  object: 'error',
  message,
  type,
  param: null,
  code,
});

/** LiteLLM's proxy says all that services say in a form of its own. */
const litellm = (status: number, message: string, type: string | null = null) => ({
  error: { message, type, param: null, code: String(status) },
});

/** Gemini's OpenAI-compatible API sends the same in a list. */
const inList = (error: object) => [error];
const openrouter = (code: number, message: string, metadata?: object) => ({
  error: { message, code, ...(metadata && { metadata }) },
  user_id: 'user_2x',
});
const fastapi = (message: string, type: string, code: number) => ({
  error: { message, type, param: null, code },
});

const quotaFailure = (quotaId: string) => ({
  '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
  violations: [{ quotaMetric: 'generativelanguage.googleapis.com/requests', quotaId, quotaValue: '50' }],
});

export const STOP_THE_RUN: Record<string, Case[]> = {
  OpenAI: [
    [401, openai('Incorrect API key provided: sk-…', 'invalid_api_key'), 'auth'],
    [
      403,
      openai('Country, region, or territory not supported', 'unsupported_country_region_territory'),
      'auth',
    ],
    [404, openai('The model `gpt-9` does not exist', 'model_not_found'), 'unknown-fabric'],
    [429, openai('You exceeded your current quota', 'insufficient_quota', 'insufficient_quota'), 'no-credit'],
    [429, openai('You exceeded your current quota', null, 'insufficient_quota'), 'no-credit'],
    [429, openai('No credit left', 'credit_balance_exhausted'), 'no-credit'],
    [429, openai('Limit of the project', 'project_spend_limit_exceeded'), 'no-credit'],
    [429, openai('Limit of the organization', 'organization_spend_limit_exceeded'), 'no-credit'],
    [429, openai('Limit of the organization', 'organization_usage_limit_exceeded'), 'no-credit'],
    [
      403,
      openai('Project `proj_x` does not have access to model `gpt-9`', 'model_not_found'),
      'unknown-fabric',
    ],
    [403, openai('You are not allowed to sample from this model', null), 'auth'],
    [
      429,
      openai('Your account is not active, please check your billing details', 'billing_not_active'),
      'no-credit',
    ],
    [400, openai('Billing hard limit has been reached', 'billing_hard_limit_reached'), 'no-credit'],
    [
      429,
      openai('You exceeded your current quota, please check your plan and billing details.', null, 'x'),
      'no-credit',
    ],
    [400, openai('This project must keep its data in the EU.', 'data_residency_mismatch'), 'misconfigured'],
    [403, openai('Your organization must be verified to use the model `gpt-6-sol`.', null), 'auth'],
    [404, openai('The model `gpt-4.1-nano` has been deprecated', 'model_not_found'), 'unknown-fabric'],
    [
      404,
      openai('This model is only supported in v1/responses and not in v1/chat/completions.', null),
      'unknown-fabric',
    ],
  ],
  Anthropic: [
    [401, anthropic('authentication_error'), 'auth'],
    [403, anthropic('permission_error'), 'auth'],
    [402, anthropic('billing_error'), 'no-credit'],
    [
      400,
      anthropic(
        'invalid_request_error',
        undefined,
        'Your credit balance is too low to access the Anthropic API.',
      ),
      'no-credit',
    ],
    [404, anthropic('not_found_error'), 'unknown-fabric'],
    [429, anthropic('rate_limit_error', { error_code: 'enforced_spend_limit_reached' }), 'no-credit'],
    [429, anthropic('rate_limit_error', { error_code: 'contract_spend_limit_reached' }), 'no-credit'],
    [
      400,
      anthropic(
        'invalid_request_error',
        undefined,
        'You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.',
      ),
      'no-credit',
    ],
    [
      400,
      anthropic(
        'invalid_request_error',
        undefined,
        'You have reached your specified workspace API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.',
      ),
      'no-credit',
    ],
    [400, anthropic('invalid_request_error', { error_code: 'organization_on_hold' }), 'auth'],
    [400, anthropic('invalid_request_error', { error_code: 'claude_code_key_creator_not_member' }), 'auth'],
    [400, anthropic('invalid_request_error', { error_code: 'cmek_key_disabled' }), 'misconfigured'],
    [400, anthropic('invalid_request_error', { error_code: 'cmek_key_network_blocked' }), 'misconfigured'],
    [402, anthropic('invalid_request_error', { error_code: 'linked_organization_inactive' }), 'no-credit'],
    [404, anthropic('not_found_error', undefined, 'model: claude-sonnet-4-5'), 'unknown-fabric'],
  ],
  Gemini: [
    [401, gemini(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.'), 'auth'],
    [403, gemini(403, 'PERMISSION_DENIED', 'Your API key was reported as leaked.'), 'auth'],
    [402, gemini(402, 'FAILED_PRECONDITION', 'Prepaid credits are used up.'), 'no-credit'],
    [
      429,
      gemini(429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota. Please retry in 46.9s.', [
        quotaFailure('GenerateRequestsPerDayPerProjectPerModel-FreeTier'),
      ]),
      'no-credit',
    ],
    [
      429,
      gemini(
        429,
        'RESOURCE_EXHAUSTED',
        'Quota exceeded for metric: generate_content_free_tier_requests, limit: 0, model: gemini-pro',
      ),
      'no-credit',
    ],
  ],
  "Gemini's OpenAI-compatible API": [
    [
      400,
      inList(
        gemini(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', [
          {
            '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
            reason: 'API_KEY_INVALID',
            domain: 'googleapis.com',
          },
        ]),
      ),
      'auth',
    ],
    [400, inList(gemini(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.')), 'auth'],
    [403, inList(gemini(403, 'PERMISSION_DENIED', 'Your API key was reported as leaked.')), 'auth'],
    [
      404,
      inList(gemini(404, 'NOT_FOUND', 'models/gemini-9 is not found for API version v1main')),
      'unknown-fabric',
    ],
    [
      429,
      inList(
        gemini(429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota. Please retry in 46.9s.', [
          quotaFailure('GenerateRequestsPerDayPerProjectPerModel-FreeTier'),
        ]),
      ),
      'no-credit',
    ],
    [429, inList(gemini(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded, limit: 0')), 'no-credit'],
  ],
  'Azure OpenAI': [
    [401, { statusCode: 401, message: 'Unauthorized. Access token is missing, invalid or expired.' }, 'auth'],
    [403, { error: { code: '403', message: 'Public access is disabled.' } }, 'auth'],
    [401, openai('Access denied due to invalid subscription key.', '401'), 'auth'],
    [
      404,
      openai('The API deployment for this resource does not exist.', 'DeploymentNotFound'),
      'unknown-fabric',
    ],
    [429, openai('Out of quota', 'insufficient_quota'), 'no-credit'],
    [
      410,
      { error: { code: '410', message: 'The model associated with the deployment is deprecated.' } },
      'unknown-fabric',
    ],
  ],
  xAI: [
    [
      403,
      {
        code: 'The caller does not have permission to execute the specified operation',
        error: "Your newly created team doesn't have any credits or licenses yet.",
      },
      'no-credit',
    ],
    [
      429,
      {
        code: 'Some resource has been exhausted',
        error: 'Your team 1f2e has either used all available credits or reached its monthly spending limit.',
      },
      'no-credit',
    ],
  ],
  LiteLLM: [
    [
      400,
      litellm(
        400,
        '/chat/completions: Invalid model name passed in model=gpt-9. Call `/v1/models` to view available models for your key.',
      ),
      'unknown-fabric',
    ],
    [400, litellm(400, 'Invalid model name passed in model=gpt-9'), 'unknown-fabric'],
    [
      400,
      litellm(400, 'litellm.BadRequestError: LLM Provider NOT provided. You passed model=x'),
      'unknown-fabric',
    ],
    [400, litellm(400, 'Authentication Error, No connected db.', 'no_db_connection'), 'auth'],
    [400, litellm(400, 'Authentication Error, No connected db.'), 'auth'],
    [400, litellm(400, 'No connected db.', 'no_db_connection'), 'auth'],
    [400, litellm(400, 'No connected db.'), 'auth'],
    [
      401,
      litellm(
        401,
        "litellm.AuthenticationError: AuthenticationError: OpenAIException - Invalid API Key\n\nLiteLLM: model group 'wrong-key' failed with the error above. No fallback was attempted.",
        'authentication_error',
      ),
      'auth',
    ],
    [
      429,
      litellm(
        429,
        'No deployments available - crossed budget: Exceeded budget for deployment model_name: costly, litellm_params.model: openai/smollm2, model_id: f9f90c2d: 36.0 >= 1d\n',
        'internal_server_error',
      ),
      'no-credit',
    ],
    // With a fallback or a router's strategy it stands behind the class.
    [
      429,
      litellm(
        429,
        `litellm.RateLimitError: No deployments available - crossed budget: ${'Exceeded budget for deployment model_name: costly; '.repeat(9)}`,
        'throttling_error',
      ),
      'no-credit',
    ],
    [
      401,
      litellm(401, 'Authentication Error, Invalid proxy server token passed.', 'token_not_found_in_db'),
      'auth',
    ],
    [
      400,
      litellm(400, 'Budget has been exceeded! Current cost: 1.2, Max budget: 1.0', 'budget_exceeded'),
      'no-credit',
    ],
    [
      429,
      litellm(429, 'Budget has been exceeded! Current cost: 1.2, Max budget: 1.0', 'budget_exceeded'),
      'no-credit',
    ],
    [500, litellm(500, 'Budget has been exceeded! Current cost: 1.2, Max budget: 1.0'), 'no-credit'],
    [
      429,
      litellm(429, 'No deployments available - crossed budget: Exceeded budget for provider openai: 10 >= 5'),
      'no-credit',
    ],
    [
      429,
      litellm(
        429,
        'litellm.RateLimitError: RateLimitError: OpenAIException - You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs.. Received Model Group=gpt-6',
        'throttling_error',
      ),
      'no-credit',
    ],
    [
      429,
      litellm(
        429,
        "litellm.RateLimitError: RateLimitError: OpenAIException - Error code: 429 - {'error': {'message': 'No.', 'type': 'insufficient_quota', 'param': None, 'code': 'insufficient_quota'}}",
      ),
      'no-credit',
    ],
    [
      400,
      litellm(
        400,
        'litellm.BadRequestError: AnthropicException - {"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API."}}',
      ),
      'no-credit',
    ],
    [
      401,
      litellm(401, 'litellm.AuthenticationError: AuthenticationError: OpenAIException - Incorrect API key'),
      'auth',
    ],
    [
      404,
      litellm(404, 'litellm.NotFoundError: OpenAIException - The model `x` does not exist'),
      'unknown-fabric',
    ],
  ],
  'a firewall or a proxy, and nothing was answered': [
    [403, '<html><head><title>403 Forbidden</title></head></html>', 'auth'],
    [407, '', 'misconfigured'],
  ],
  OpenRouter: [
    [401, openrouter(401, 'User not found.'), 'auth'],
    [402, openrouter(402, 'Insufficient credits. Add more using https://openrouter.ai/credits'), 'no-credit'],
    [403, openrouter(403, 'Key limit exceeded (total limit).'), 'no-credit'],
    [403, openrouter(403, 'This key may not be used here.'), 'auth'],
    [400, openrouter(400, 'acme/large-9 is not a valid model ID'), 'unknown-fabric'],
    [404, openrouter(404, 'No endpoints found for acme/large-9.'), 'unknown-fabric'],
  ],
  Groq: [
    [401, openai('Invalid API Key', 'invalid_api_key'), 'auth'],
    [
      404,
      openai('The model `x` does not exist or you do not have access to it.', 'model_not_found'),
      'unknown-fabric',
    ],
    [400, openai('The model `x` has been decommissioned', 'model_decommissioned'), 'unknown-fabric'],
  ],
  Together: [
    [404, openai('Unable to access model x.', 'model_not_available'), 'unknown-fabric'],
    [401, openai('Invalid API key', 'invalid_api_key'), 'auth'],
    [402, openai('Spending limit', null), 'no-credit'],
  ],
  Mistral: [
    [401, mistral('Unauthorized', 'invalid_request_error', null), 'auth'],
    [401, { detail: 'Unauthorized' }, 'auth'],
    [400, mistral('Invalid model: large-9', 'invalid_model', '1500'), 'unknown-fabric'],
  ],
  'llama.cpp, Ollama, vLLM': [
    [401, fastapi('Invalid API Key', 'authentication_error', 401), 'auth'],
    [
      404,
      { error: { message: 'model "x" not found, try pulling it first', type: 'api_error' } },
      'unknown-fabric',
    ],
    [404, fastapi('The model `x` does not exist.', 'NotFoundError', 404), 'unknown-fabric'],
  ],
  Promptha: [
    [401, { message: 'The API key is not valid.' }, 'auth'],
    [402, { error: { message: 'no credits left' } }, 'no-credit'],
    [404, { message: 'There is no fabric "x".' }, 'unknown-fabric'],
  ],
};

export const WAIT_AND_RETRY: Record<string, Case[]> = {
  OpenAI: [
    [408, openai('Request timed out', null), 'timeout'],
    [409, openai('Try again', null), 'server'],
    [500, openai('The server had an error', null, 'server_error'), 'server'],
    [502, '<html>Bad gateway</html>', 'server'],
    [504, '', 'server'],
    [429, openai('Rate limit reached', 'rate_limit_exceeded', 'requests'), 'rate-limit'],
    [429, openai('Slow down', 'slow_down'), 'overloaded'],
    [503, openai('Slow down', 'slow_down'), 'overloaded'],
    [503, openai('The server is overloaded', 'server_is_overloaded'), 'overloaded'],
  ],
  Anthropic: [
    [429, anthropic('rate_limit_error'), 'rate-limit'],
    [429, anthropic('rate_limit_error', { error_code: 'something_else' }), 'rate-limit'],
    [529, anthropic('overloaded_error'), 'overloaded'],
    [500, anthropic('api_error'), 'server'],
    [429, anthropic('rate_limit_error', { error_code: 'ramp_limit_exceeded' }), 'rate-limit'],
    [503, anthropic('api_error', { error_code: 'cmek_key_disabled' }), 'server'],
    [504, anthropic('timeout_error'), 'server'],
    [529, anthropic('overloaded_error', { error_code: 'compaction_unavailable' }), 'overloaded'],
  ],
  Gemini: [
    [
      429,
      gemini(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded, limit: 15. Please retry in 46s.', [
        quotaFailure('GenerateRequestsPerMinutePerProjectPerModel-FreeTier'),
      ]),
      'rate-limit',
    ],
    [503, gemini(503, 'UNAVAILABLE', 'The model is overloaded.'), 'server'],
  ],
  "Gemini's OpenAI-compatible API": [
    [
      429,
      inList(
        gemini(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded, limit: 15. Please retry in 46s.', [
          quotaFailure('GenerateRequestsPerMinutePerProjectPerModel-FreeTier'),
        ]),
      ),
      'rate-limit',
    ],
    [503, inList(gemini(503, 'UNAVAILABLE', 'The model is overloaded.')), 'server'],
    [500, inList(gemini(500, 'INTERNAL', 'An internal error has occurred.')), 'server'],
  ],
  LiteLLM: [
    [
      429,
      litellm(429, 'litellm.RateLimitError: RateLimitError: OpenAIException - Rate limit reached'),
      'rate-limit',
    ],
    [
      429,
      litellm(
        429,
        'litellm.RateLimitError: GeminiException - You exceeded your current quota, please check your plan and billing details. \\n* Quota exceeded for metric: x, limit: 15\\nPlease retry in 46s.',
      ),
      'rate-limit',
    ],
    [429, litellm(429, 'No deployments available for selected model, Try again in 5 seconds.'), 'rate-limit'],
    [
      429,
      litellm(
        429,
        'litellm.RateLimitError: Model rate limit exceeded. RPM limit=3, current usage=4\n\nLiteLLM: model group failed with the error above.',
        'throttling_error',
      ),
      'rate-limit',
    ],
    [
      500,
      litellm(500, 'litellm.InternalServerError: InternalServerError: OpenAIException - Connection error.'),
      'server',
    ],
    [503, litellm(503, 'litellm.ServiceUnavailableError: no healthy upstream'), 'server'],
  ],
  'Azure OpenAI': [
    [429, openai('Rate limit is exceeded.', '429'), 'rate-limit'],
    [
      429,
      { error: { code: '429', message: 'Too many tokens. Please retry after 7 seconds.' } },
      'rate-limit',
    ],
    [408, { error: { code: 'Timeout', message: 'The operation was timeout.' } }, 'timeout'],
    [
      500,
      { error: { code: 'InternalServerError', message: 'Backend returned unexpected response.' } },
      'server',
    ],
  ],
  OpenRouter: [
    [408, openrouter(408, 'Timed out'), 'timeout'],
    [
      429,
      openrouter(429, 'Provider returned error', { raw: 'rate-limited upstream', provider_name: 'X' }),
      'rate-limit',
    ],
    [200, openrouter(429, 'Provider returned error', { error_type: 'rate_limit_exceeded' }), 'rate-limit'],
    [502, openrouter(502, 'Overloaded', { error_type: 'provider_overloaded' }), 'overloaded'],
    [502, openrouter(502, 'Provider returned error', { raw: 'down', provider_name: 'X' }), 'server'],
    [503, openrouter(503, 'No instances available'), 'server'],
  ],
  Groq: [
    [429, openai('Rate limit reached', 'rate_limit_exceeded'), 'rate-limit'],
    [498, openai('Flex capacity exceeded', 'capacity_exceeded'), 'overloaded'],
    [498, openai('Flex tier capacity exceeded', null), 'overloaded'],
    [500, openai('Internal Server Error', null, 'internal_server_error'), 'server'],
    [503, openai('Service Unavailable', null, 'service_unavailable'), 'server'],
    [
      400,
      { ...openai('Failed to generate JSON.', 'json_validate_failed'), failed_generation: '{' },
      'bad-answer',
    ],
  ],
  Together: [
    [429, openai('Rate limited', null), 'rate-limit'],
    [503, openai('At the dynamic limit', null), 'server'],
  ],
  Mistral: [
    [429, mistral('Requests rate limit exceeded', 'rate_limited', '1300'), 'rate-limit'],
    [500, mistral('Internal', 'internal_server_error', 1000), 'server'],
    [502, 'Bad gateway', 'server'],
    [503, mistral('Unreachable backend', 'unreachable_backend', '1100'), 'server'],
    [504, 'Gateway time-out', 'server'],
  ],
  'llama.cpp, Ollama, vLLM': [
    [503, { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } }, 'overloaded'],
    [503, { error: 'server busy, please try again.  maximum pending requests exceeded' }, 'overloaded'],
    [
      503,
      {
        error: {
          message: 'server busy, please try again.  maximum pending requests exceeded',
          type: 'api_error',
        },
      },
      'overloaded',
    ],
    [503, fastapi('The waiting queue is full (limit: 512).', 'ServiceUnavailableError', 503), 'overloaded'],
    [503, { object: 'error', message: 'The request queue is full.', code: 503 }, 'overloaded'],
    [503, { error: 'Model acme/large is currently loading', estimated_time: 20 }, 'overloaded'],
    [503, 'no healthy upstream', 'server'],
  ],
};

export const THE_ROWS_OWN: Record<string, Case[]> = {
  'any service': [
    [400, { message: 'The input "name" is missing.' }, 'bad-request'],
    [413, '<h1>413 Request Entity Too Large</h1>', 'too-large'],
    [422, { detail: 'not processable' }, 'unprocessable'],
  ],
  'a parameter that the service does not know': [
    [400, openai('Unrecognized request argument supplied: foo', null), 'bad-request'],
    [400, openai("Unknown parameter: 'foo'.", 'unknown_parameter'), 'bad-request'],
    [
      400,
      openai("Unsupported value: 'temperature' does not support 0.2", 'unsupported_value'),
      'bad-request',
    ],
    [
      400,
      anthropic('invalid_request_error', undefined, 'foo: Extra inputs are not permitted'),
      'bad-request',
    ],
    [400, inList(gemini(400, 'INVALID_ARGUMENT', 'Unknown name "foo": Cannot find field.')), 'bad-request'],
    [
      400,
      openrouter(400, 'Provider returned error', { raw: 'foo is not known', provider_name: 'X' }),
      'bad-request',
    ],
    [
      422,
      {
        object: 'error',
        message: {
          detail: [{ type: 'extra_forbidden', loc: ['body', 'foo'], msg: 'Extra inputs are not permitted' }],
        },
        type: 'invalid_request_error',
      },
      'unprocessable',
    ],
  ],
  'a content refusal': [
    [400, openai('Your request was rejected as a result of our safety system.', null), 'refused'],
    [
      400,
      litellm(
        400,
        'litellm.BadRequestError: OpenAIException - Your request was rejected as a result of our safety system.',
      ),
      'refused',
    ],
    [
      400,
      litellm(400, 'litellm.ContentPolicyViolationError: AzureException - The response was filtered'),
      'refused',
    ],
    [400, openai('This request was refused', 'bio_policy'), 'refused'],
    [400, openai('This request was refused', 'cyber_policy'), 'refused'],
    [400, openai('This request was refused', 'misalignment_policy_violation'), 'refused'],
    [400, openai('The response was filtered', 'content_filter'), 'refused'],
    [400, openai('Your request was rejected', 'content_policy_violation'), 'refused'],
    [
      400,
      {
        error: {
          message:
            "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
          type: null,
          param: 'prompt',
          code: 'content_filter',
          status: 400,
          innererror: { code: 'ResponsibleAIPolicyViolation' },
        },
      },
      'refused',
    ],
    [403, openai('Your request was rejected', 'content_policy_violation'), 'refused'],
    [
      400,
      openai('Invalid prompt: your prompt was flagged as potentially violating our policy', 'invalid_prompt'),
      'refused',
    ],
    [
      400,
      {
        error: {
          code: 'BadRequest',
          message: 'The prompt was filtered.',
          innererror: { code: 'ResponsibleAIPolicyViolation', content_filter_result: {} },
        },
      },
      'refused',
    ],
    [
      403,
      openrouter(403, 'acme/large requires moderation on X. Your input was flagged for "violence".', {
        reasons: ['violence'],
        flagged_input: 'The text…',
        provider_name: 'X',
        model_slug: 'acme/large',
      }),
      'refused',
    ],
    [403, openrouter(403, 'Your input was flagged'), 'refused'],
    [
      403,
      { code: '1', error: 'Content violates usage guidelines. Failed check: SAFETY_CHECK_TYPE_BIO' },
      'refused',
    ],
  ],
  'a context overflow': [
    [
      400,
      openai("This model's maximum context length is 8192 tokens", 'context_length_exceeded'),
      'too-large',
    ],
    [413, anthropic('request_too_large'), 'too-large'],
    [
      400,
      litellm(
        400,
        "litellm.ContextWindowExceededError: litellm.BadRequestError: ContextWindowExceededError: OpenAIException - This model's maximum context length is 8192 tokens.",
      ),
      'too-large',
    ],
    [400, openrouter(400, 'Too long', { error_type: 'string_too_long' }), 'too-large'],
    [400, openrouter(400, 'Too long', { error_type: 'token_limit_exceeded' }), 'too-large'],
    [400, openrouter(400, 'Too long', { error_type: 'payload_too_large' }), 'too-large'],
    [
      413,
      openai('Request too large for model `x` on tokens per minute', 'rate_limit_exceeded', 'tokens'),
      'too-large',
    ],
    [
      400,
      {
        error: {
          code: 400,
          message: 'request (5000 tokens) exceeds the available context size (4096 tokens)',
          type: 'exceed_context_size_error',
        },
      },
      'too-large',
    ],
    [
      400,
      anthropic('invalid_request_error', undefined, 'prompt is too long: 215000 tokens > 200000 maximum'),
      'too-large',
    ],
    [
      400,
      anthropic(
        'invalid_request_error',
        undefined,
        'input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000',
      ),
      'too-large',
    ],
    [
      400,
      inList(
        gemini(
          400,
          'INVALID_ARGUMENT',
          'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
        ),
      ),
      'too-large',
    ],
    [
      400,
      fastapi("This model's maximum context length is 4096 tokens.", 'BadRequestError', 400),
      'too-large',
    ],
    [
      400,
      fastapi(
        'the request exceeds the available context size, try increasing it',
        'exceed_context_size_error',
        400,
      ),
      'too-large',
    ],
    [
      413,
      openai('Request too large for model `x` on tokens per minute', 'rate_limit_exceeded', 'tokens'),
      'too-large',
    ],
    [
      429,
      openai(
        'Request too large for gpt-x on tokens per min (TPM): Limit 30000, Requested 40000.',
        'rate_limit_exceeded',
        'tokens',
      ),
      'too-large',
    ],
  ],
};
