// The bodies of answers as the services give them, with all their usual fields: what is not read costs time, too.

/** @typedef {import('./bench-server.js').Service} Service */
/** @typedef {{ input: number, output: number }} Usage */

/** @type {Record<Service, (text: string, usage: Usage) => object>} */
const BODIES = { promptha, openai, anthropic };

/**
 * @param {Service} service
 * @param {string} text what the model says
 * @param {Usage} usage in tokens
 * @returns {string} JSON
 */
export function answerBody(service, text, usage) {
  return JSON.stringify(BODIES[service](text, usage));
}

/** @param {string} text */
function promptha(text) {
  return { output: text };
}

/**
 * @param {string} text
 * @param {Usage} usage
 */
function openai(text, { input, output }) {
  return {
    id: 'chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT',
    object: 'chat.completion',
    created: 1741569952,
    model: 'gpt-6-luna',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: text, refusal: null, annotations: [] },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage: {
      prompt_tokens: input,
      completion_tokens: output,
      total_tokens: input + output,
      prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
      completion_tokens_details: {
        reasoning_tokens: 0,
        audio_tokens: 0,
        accepted_prediction_tokens: 0,
        rejected_prediction_tokens: 0,
      },
    },
    service_tier: 'default',
    system_fingerprint: 'fp_b8bc95a0ac',
  };
}

/**
 * @param {string} text
 * @param {Usage} usage
 */
function anthropic(text, { input, output }) {
  return {
    model: 'claude-sonnet-5-5',
    id: 'msg_013Zva2CMHLNnXjNJJKqJ2EF',
    type: 'message',
    role: 'assistant',
    content: [{ type: 'text', text }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: {
      input_tokens: input,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
      output_tokens: output,
      service_tier: 'standard',
    },
  };
}
