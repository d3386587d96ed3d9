#!/usr/bin/env bash
# Believed: node-llama-cpp writes a conversation with the chat template in the model's GGUF file.
# Seen: left to itself (type "auto", the default), it takes a wrapper of its own that a few trial conversations did not
# tell from the template. ChatML loses the system prompt that the template begins with, and Llama 3.1's puts in today's
# date and tool instructions, so that the same prompt has other tokens tomorrow. With type "jinjaTemplate" it is as believed.
# Exits 1 when that changes.
set -euo pipefail

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# No binary is needed: the templates are written in JavaScript.
npm install --prefix "$tmp" --omit=optional --ignore-scripts --no-audit --no-fund --silent node-llama-cpp@3.22.1

cat >"$tmp/look.mjs" <<'LOOK'
import { readFileSync } from 'node:fs';
import { resolveChatWrapper } from 'node-llama-cpp';

const { version } = JSON.parse(readFileSync(new URL('node_modules/node-llama-cpp/package.json', import.meta.url)));
console.log(`node-llama-cpp ${version}, Node ${process.version}`);

// As SmolLM2's file has it, and the beginning and the turns of Llama 3.1's.
const withSystemPrompt =
  "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n' }}{% endif %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";
const withFixedDate =
  "{{- bos_token }}{%- if messages[0]['role'] == 'system' %}{%- set system_message = messages[0]['content']|trim %}{%- set messages = messages[1:] %}{%- else %}{%- set system_message = '' %}{%- endif %}{{- '<|start_header_id|>system<|end_header_id|>\n\n' }}{{- 'Cutting Knowledge Date: December 2023\n' }}{{- 'Today Date: 26 Jul 2024\n\n' }}{{- system_message }}{{- '<|eot_id|>' }}{%- for message in messages %}{{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n' + message['content'] | trim + '<|eot_id|>' }}{%- endfor %}{%- if add_generation_prompt %}{{- '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{%- endif %}";

function prompt(type, template) {
  const wrapper = resolveChatWrapper({
    type,
    filename: 'model.gguf',
    fileInfo: { metadata: { general: { architecture: 'llama' }, tokenizer: { chat_template: template, ggml: {} } } },
    warningLogs: false,
  });
  const chatHistory = [
    { type: 'user', text: 'Hi' },
    { type: 'model', response: [] },
  ];
  const text = String(wrapper.generateContextState({ chatHistory }).contextText);
  console.log(`\n${type}: ${wrapper.wrapperName}\n${JSON.stringify(text)}`);
  return text;
}

const asSeen = [
  !prompt('auto', withSystemPrompt).includes('named SmolLM'),
  prompt('jinjaTemplate', withSystemPrompt).includes('named SmolLM'),
  !prompt('auto', withFixedDate).includes('26 Jul 2024'),
  prompt('jinjaTemplate', withFixedDate).includes('26 Jul 2024'),
];
console.log(`\n${asSeen.every(Boolean) ? 'as it was seen' : `changed: ${JSON.stringify(asSeen)}`}`);
process.exit(asSeen.every(Boolean) ? 0 : 1);
LOOK

(cd "$tmp" && node look.mjs)
