#!/usr/bin/env bash
# Two models are asked the same questions through LangChain.js, with one cache, as where answers are compared or a small model's
# are to be replaced by a large one's.
# Believed: each model has its own answers. The cache's key is the prompt and a text that stands for the model and its settings.
# Seen: so it is for OpenAI and Anthropic. For Mistral, Ollama, Groq and Gemini that text says nothing of the model, the
# temperature or the length allowed: the second model is never asked, and the answers of the first are given for its own. The base
# class puts into the key what `_identifyingParams()` gives, which is nothing unless a package says otherwise; these four do not.
# Exits 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --save-exact @langchain/core@1.4.0 @langchain/mistralai@1.2.0 \
  @langchain/ollama@1.3.0 @langchain/groq@1.3.1 @langchain/google-genai@2.3.2 @langchain/openai@1.5.8 @langchain/anthropic@1.5.11 >/dev/null
echo "@langchain/core 1.4.0, mistralai 1.2.0, ollama 1.3.0, groq 1.3.1, google-genai 2.3.2, openai 1.5.8, anthropic 1.5.11, node $(node --version)"
cat > models.mjs <<'JS'
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { ChatAnthropic } from '@langchain/anthropic';
import { InMemoryCache } from '@langchain/core/caches';
import { ChatGoogleGenerativeAI } from '@langchain/google-genai';
import { ChatGroq } from '@langchain/groq';
import { ChatMistralAI } from '@langchain/mistralai';
import { ChatOllama } from '@langchain/ollama';
import { ChatOpenAI } from '@langchain/openai';

/** Each service's answer: the name of the model that was asked. */
const answers = {
  '/api/chat': (model) => ({ model, created_at: '2026-11-30T00:00:00Z', message: { role: 'assistant', content: model }, done: true }),
  '/v1/messages': (model) => ({ id: 'm', type: 'message', role: 'assistant', model, content: [{ type: 'text', text: model }], stop_reason: 'end_turn', usage: { input_tokens: 1, output_tokens: 1 } }),
  generateContent: (model) => ({ candidates: [{ index: 0, content: { role: 'model', parts: [{ text: model }] }, finishReason: 'STOP' }] }),
  '/chat/completions': (model) => ({ id: 'c', object: 'chat.completion', created: 1, model, choices: [{ index: 0, message: { role: 'assistant', content: model }, finish_reason: 'stop' }], usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } }),
};
let calls = 0;
const server = createServer(async (asked, answer) => {
  calls++;
  const model = JSON.parse(await text(asked)).model ?? /models\/([^:]+)/.exec(asked.url)[1];
  const [, body] = Object.entries(answers).find(([path]) => asked.url.includes(path));
  answer.setHeader('Content-Type', 'application/json').end(`${JSON.stringify(body(model))}\n`);
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const url = `http://127.0.0.1:${server.address().port}`;

const services = {
  OpenAI: (settings) => new ChatOpenAI({ ...settings, configuration: { baseURL: `${url}/v1` } }),
  Anthropic: (settings) => new ChatAnthropic({ ...settings, anthropicApiUrl: url }),
  Mistral: (settings) => new ChatMistralAI({ ...settings, serverURL: url }),
  Ollama: (settings) => new ChatOllama({ ...settings, baseUrl: url }),
  Groq: (settings) => new ChatGroq({ ...settings, baseUrl: url }),
  Gemini: (settings) => new ChatGoogleGenerativeAI({ ...settings, baseUrl: url }),
};
for (const [name, service] of Object.entries(services)) {
  calls = 0;
  const cache = new InMemoryCache(new Map());
  const seen = [];
  for (const [model, temperature] of [['small', 0], ['large', 0], ['large', 1]]) {
    const { content } = await service({ model, temperature, cache, apiKey: 'none' }).invoke('Is this review kind? "Never again."');
    seen.push(`${model} at ${temperature} answers "${content}"`);
  }
  console.log(`${name}: ${seen.join(', ')}; calls: ${calls}`);
}
server.close();
server.closeAllConnections();
JS
node models.mjs | tee seen
echo 'believed: large answers "large", after 3 calls, with all six'
diff seen - <<'SEEN'
OpenAI: small at 0 answers "small", large at 0 answers "large", large at 1 answers "large"; calls: 3
Anthropic: small at 0 answers "small", large at 0 answers "large", large at 1 answers "large"; calls: 3
Mistral: small at 0 answers "small", large at 0 answers "small", large at 1 answers "small"; calls: 1
Ollama: small at 0 answers "small", large at 0 answers "small", large at 1 answers "small"; calls: 1
Groq: small at 0 answers "small", large at 0 answers "small", large at 1 answers "small"; calls: 1
Gemini: small at 0 answers "small", large at 0 answers "small", large at 1 answers "small"; calls: 1
SEEN
