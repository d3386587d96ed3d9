import { describe, expect, it } from 'vitest';
import { withoutThoughts } from '../../../src/fabric/answer/without-thoughts.js';

describe('what a model thought before its answer', () => {
  it.each([
    ['between both tags', '<think>\nHm.\n</think>\n\nRed.', 'Red.'],
    ['before a closing tag alone on its line', 'Okay, a mug.\n\nIt is red.\n</think>\n\nRed.', 'Red.'],
    ['before a closing tag at a line’s end', 'It is red.</think>\nRed.', 'Red.'],
    [
      'before a closing tag and the answer behind it',
      'It is red.\r\n</think>{"colour":"red"}',
      '{"colour":"red"}',
    ],
    ['of which nothing is left', '\n</think>\n\nRed.', 'Red.'],
    ['without an answer', 'It is red.\n</think>', ''],
    ['with a tag in mid-sentence too', 'I end with a </think> tag.\n</think>\nRed.', 'Red.'],
    ['that never end', '<think>\nHm.', ''],
  ])('is not in it: %s', (_, text, answer) => {
    expect(withoutThoughts(text)).toBe(answer);
  });

  it.each([
    ['in a sentence', 'The tag </think> ends thoughts.'],
    ['in JSON', '{"tag":"a </think> b",\n"colour":"red"}'],
    ['beside its opening one, further on', 'Write:\n<think>\nHm.\n</think>\nand then the answer.'],
    ['that is another', 'It is red.\n</thinking>\nRed.'],
  ])('is nothing that an answer has of the tag %s', (_, text) => {
    expect(withoutThoughts(text)).toBe(text);
  });

  it('is told from the answer in a moment, however long it is', () => {
    const spaces = ' '.repeat(1_000_000);

    expect(withoutThoughts(`${spaces}</think>x`)).toBe('x');
    expect(withoutThoughts(`a </think> ${spaces}b`)).toBe(`a </think> ${spaces}b`);
  });
});
