import { describe, expect, it } from 'vitest';
import { headerNames, listedName, shownName } from '../../src/rows/header-names.js';

describe('the names of columns', () => {
  it.each([
    ['are those of the header', ['a', ' b ', 'c\nd'], ['a', ' b ', 'c\nd'], []],
    ['that stand twice are told apart', ['n', 'x', 'n', 'n'], ['n', 'x', 'n_3', 'n_4'], ['n', 'n_3', 'n_4']],
    [
      'that are empty get one',
      ['a', '', ' ', '\u00a0\u200b'],
      ['a', 'column_2', 'column_3', 'column_4'],
      ['column_2', 'column_3', 'column_4'],
    ],
    [
      'never collide',
      ['n', 'n', 'n_2', '', 'column_4'],
      ['n', 'n_2_2', 'n_2', 'column_4_2', 'column_4'],
      ['n', 'n_2_2', 'column_4_2'],
    ],
    ['are ones that an object can keep', ['a', '__proto__'], ['a', 'column_2'], ['column_2']],
  ])('%s', (_what, cells, columns, odd) => {
    const names = headerNames(cells);

    expect(names.columns).toEqual(columns);
    expect(names.odd.map(({ column }) => column).sort()).toEqual([...odd].sort());
  });

  it('say what is wrong with them', () => {
    expect(headerNames(['name', '', 'name']).odd.map(({ problem }) => problem)).toEqual([
      'column 2 has no name in the header; give it one',
      'the header names "name" twice (columns 1 and 3); rename one',
      'the header names "name" twice (columns 1 and 3); rename one',
    ]);
  });

  it('are shown with what is invisible in them', () => {
    expect(shownName('a b')).toBe('"a b"');
    expect(shownName('a\u00a0b\u200b\t')).toBe('"a\\u00a0b\\u200b\\u0009"');
    expect(['name', ' name', 'na\u200bme', 'Date, from'].map(listedName)).toEqual([
      'name',
      '" name"',
      '"na\\u200bme"',
      '"Date, from"',
    ]);
  });
});
