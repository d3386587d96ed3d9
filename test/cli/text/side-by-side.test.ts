import { describe, expect, it } from 'vitest';
import { sideBySide, wrapped } from '../../../src/cli/text/side-by-side.js';

describe('two texts', () => {
  it('stand beside each other where there are 80 columns', () => {
    const text = sideBySide(['name: Pan\nnote: heavy', 'A heavy pan.'], 80);

    expect(text).toBe(`${'name: Pan'.padEnd(38)} │ A heavy pan.\n${'note: heavy'.padEnd(38)} │\n`);
  });

  it('stand one below the other where there are fewer', () => {
    expect(sideBySide(['name: Pan', 'A heavy pan for eggs.'], 14)).toBe(
      'name: Pan\n> A heavy pan\n> for eggs.\n',
    );
  });

  it('stay within the columns', () => {
    const long = 'Ein sehr langer Text über 24 Tassen. '.repeat(20);

    for (const columns of [40, 79, 80, 101, 200]) {
      for (const line of sideBySide([long, long], columns).split('\n')) {
        expect(line.length).toBeLessThanOrEqual(columns);
      }
    }
  });

  it('keep the line between them straight beside wide signs', () => {
    const lines = sideBySide(['影絵\nab', 'x\ny'], 80).split('\n');

    expect(lines[0]).toBe(`影絵${' '.repeat(34)} │ x`);
    expect(lines[1]).toBe(`ab${' '.repeat(36)} │ y`);
  });

  it('are cut where they have no end', () => {
    const lines = sideBySide(['a\n'.repeat(100), 'b'], 80).split('\n');

    expect(lines.length).toBeLessThan(50);
    expect(lines.at(-2)).toContain('more lines');
  });
});

describe('wrapped text', () => {
  it('is broken between words, and within one that is too long', () => {
    expect(wrapped('one two three', 8)).toEqual(['one two', 'three']);
    expect(wrapped('a aaaaaaaaaa b', 4)).toEqual(['a', 'aaaa', 'aaaa', 'aa b']);
  });

  it('keeps its own lines, the empty ones too', () => {
    expect(wrapped('a\n\nb\r\nc', 10)).toEqual(['a', '', 'b', 'c']);
  });

  it('steers no terminal', () => {
    expect(wrapped('a\u001b[31mred\u0007\u009b2J\rb\u202e', 80)).toEqual([
      'a\\u001b[31mred\\u0007\\u009b2J\\u000db\\u202e',
    ]);
  });
});
