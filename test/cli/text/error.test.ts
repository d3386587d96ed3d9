import { expect, it } from 'vitest';
import { describeError } from '../../../src/cli/text/error.js';

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: something, open '/data/out.csv'`), {
    code,
    path: '/data/out.csv',
  });
}

it.each([
  ['ENOSPC', 'the disk is full (/data/out.csv); make room, then go on'],
  ['EDQUOT', 'the disk quota is used up (/data/out.csv); make room, then go on'],
  ['EACCES', 'no permission to write (/data/out.csv); correct that, then go on'],
  ['EROFS', 'no permission to write (/data/out.csv); correct that, then go on'],
  ['EIO', 'the disk failed (/data/out.csv); the run may still go on from its checkpoint'],
  ['EPIPE', 'standard output was closed before the last row'],
  ['EMFILE', "EMFILE: something, open '/data/out.csv'"],
])('says what to do after %s', (code, says) => {
  expect(describeError(systemError(code))).toBe(says);
});

it('keeps to one line', () => {
  expect(describeError(new Error('first\n  second\r\nthird'))).toBe('first second third');
});

it('takes whatever was thrown', () => {
  expect(describeError('text')).toBe('text');
  expect(describeError(undefined)).toBe('undefined');
});
