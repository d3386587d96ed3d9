import { describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../../src/cli/exit-codes.js';
import { RETRY_OPTIONS } from '../../src/cli/options/retry.js';
import { RUN_OPTIONS } from '../../src/cli/options/run.js';
import { buildProgram } from '../../src/cli/program.js';

/** What `--help` prints, in lines as wide as they come. */
function helpOf(...words: string[]): string {
  let text = '';
  const program = buildProgram();
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({
      writeOut: (piece) => {
        text += piece;
      },
      getOutHelpWidth: () => 1_000,
    });
  }
  expect(() => program.parse(['node', 'batchai', ...words, '--help'])).toThrow('(outputHelp)');
  return text;
}

describe.each([
  ['run', RUN_OPTIONS],
  ['retry', RETRY_OPTIONS],
] as const)('batchai %s --help', (command, options) => {
  it.each(options.map((option) => [option.flags, option] as const))('lists %s', (flags, option) => {
    const line = helpOf(command)
      .split('\n')
      .find((text) => text.trimStart().startsWith(`${flags} `));

    expect(line).toContain(option.meaning);
    if ('default' in option) expect(line).toContain(option.default);
  });
});

it.each([[], ['run'], ['retry']])('batchai %s --help lists every exit code', (...words) => {
  const help = helpOf(...words);

  for (const [code, meaning] of Object.entries(EXIT_CODES)) expect(help).toMatch(lineOf(code, meaning));
});

function lineOf(code: string, meaning: string): RegExp {
  return new RegExp(`^ +${code} +${meaning.replace(/[()-]/g, '\\$&')}$`, 'm');
}

it('batchai --help lists every command', () => {
  const help = helpOf();

  for (const command of buildProgram().commands)
    expect(help).toMatch(new RegExp(`^ +${command.name()} `, 'm'));
});
