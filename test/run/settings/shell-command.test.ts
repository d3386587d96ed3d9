import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { shellCommand } from '../../../src/run/settings/shell-command.js';

it('leaves plain words as they are', () => {
  expect(shellCommand(['batchai', 'run', 'a/b-c_1.csv', '--inputs=x=y,z', '-c', '10%'])).toBe(
    'batchai run a/b-c_1.csv --inputs=x=y,z -c 10%',
  );
});

it('quotes all others', () => {
  expect(shellCommand(['my file.csv', "it's", '', '$HOME', '~', '*', 'ä'])).toBe(
    `'my file.csv' 'it'\\''s' '' '$HOME' '~' '*' 'ä'`,
  );
});

it.skipIf(process.platform === 'win32')('is understood by a shell as it was meant', async () => {
  const words = ['a b', "o'clock", '"', '\\', '$(date)', '`date`', 'x\ny', '#', '&', ';', '!', '-', '', '🦊'];

  const { stdout } = await promisify(execFile)('sh', ['-c', `printf '%s\\0' ${shellCommand(words)}`]);

  expect(stdout.split('\0').slice(0, -1)).toEqual(words);
});
