import { expect, it } from 'vitest';
import { describeUnknownWord } from '../../src/cli/help/unknown-word.js';
import { buildProgram } from '../../src/cli/program.js';
import { UnknownWordError } from '../../src/cli/unknown-word-error.js';

/** What is said of a command line with a word that there is not. */
function saidOf(...words: string[]): string {
  const program = buildProgram();
  try {
    program.parse(words, { from: 'user' });
  } catch (error) {
    if (error instanceof UnknownWordError) return describeUnknownWord(error, program);
    throw error;
  }
  throw new Error('wanted an unknown word, found none');
}

it.each([
  [['run', 'rows.csv', '--inpts', 'a'], "unknown option '--inpts' (did you mean --inputs?)"],
  [['run', 'rows.csv', '--rate', '3'], "unknown option '--rate' (did you mean --rate-limit?)"],
  [['queue', 'status', '--jsno'], "unknown option '--jsno' (did you mean --json?)"],
  [['run', 'rows.csv', '--help-al'], "unknown option '--help-al' (did you mean --help-all?)"],
  [['prevew', 'rows.csv'], "unknown command 'prevew' (did you mean preview?)"],
  [['queue', 'stats'], "unknown command 'stats' (did you mean status?)"],
  [['fabrics', 'chek', 'file.yaml'], "unknown command 'chek' (did you mean check?)"],
])('%j: names what was probably meant', (words, said) => {
  expect(saidOf(...words)).toBe(said);
});

it('names the commands that have an option which this one does not have', () => {
  expect(saidOf('status', '--max-cost', '3')).toBe(
    "unknown option '--max-cost': it is an option of batchai run, resume",
  );
});

it('takes a file in place of a command for the input of a run', () => {
  expect(saidOf('rows.csv')).toBe("unknown command 'rows.csv'; did you mean batchai run rows.csv?");
});

it('does not repeat a value, which may be a key', () => {
  expect(saidOf('run', 'rows.csv', '--api-key=sk-123')).toBe("unknown option '--api-key'");
});

it('says no more where nothing is near', () => {
  expect(saidOf('run', 'rows.csv', '--zzz')).toBe("unknown option '--zzz'");
});
