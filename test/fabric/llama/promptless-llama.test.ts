import { expect, it } from 'vitest';
import { inputsAsText, isPromptless, promptlessLlama } from '../../../src/fabric/llama/promptless-llama.js';
import { llamaDefinition } from './some-llama.js';

it('a model without a prompt is given its inputs, a line each', () => {
  const inputs = { name: 'Kettle', price: 9.5, tags: ['a', 'b'], row: 'one\ntwo', isNew: false };

  expect(inputsAsText(inputs)).toBe('name: Kettle\nprice: 9.5\ntags: ["a","b"]\nrow: one\ntwo\nisNew: false');
});

it('what a row leaves blank is left out', () => {
  expect(inputsAsText({ name: 'Kettle', note: ' ', color: '', size: null })).toBe('name: Kettle');
});

it('it is known from one with a prompt', () => {
  expect(isPromptless(promptlessLlama('models/tiny.gguf'))).toBe(true);
  expect(isPromptless(llamaDefinition('models/tiny.gguf'))).toBe(false);
});
