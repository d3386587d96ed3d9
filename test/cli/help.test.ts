import { describe, expect, it } from 'vitest';
import { commandsOf } from '../../docs/generate/command-tree.js';
import { EXIT_CODES } from '../../src/cli/exit-codes.js';
import { OPTION_GROUPS } from '../../src/cli/options/option-table.js';
import { RUN_OPTIONS } from '../../src/cli/options/run.js';
import { buildProgram } from '../../src/cli/program.js';

const COMMANDS = commandsOf(buildProgram());

/** What is printed for words that ask for help, in lines of at most `width` characters. */
function helpOf(words: readonly string[], width = 80): string {
  let text = '';
  const program = buildProgram();
  for (const command of [program, ...program.commands.flatMap((one) => [one, ...one.commands])]) {
    command.exitOverride().configureOutput({
      writeOut: (piece) => {
        text += piece;
      },
      getOutHelpWidth: () => width,
    });
  }
  expect(() => program.parse(['node', 'batchai', ...words])).toThrow('(outputHelp)');
  return text;
}

function onOneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}

describe.each(COMMANDS)('batchai $name', ({ name, options }) => {
  it.runIf(options.length > 0)('lists every option with its meaning and default with --help-all', () => {
    const help = onOneLine(helpOf([...name.split(' '), '--help-all']));

    for (const { flags, meaning, default: value } of options) {
      expect(help).toContain(onOneLine(`${flags} ${meaning}`));
      if (value !== undefined && value !== 'required')
        expect(help).toContain(onOneLine(`(default: ${value})`));
    }
  });

  it('has a short help of at most 70 lines of 80 characters', () => {
    const lines = helpOf([...name.split(' '), '--help']).split('\n');

    expect(lines.length).toBeLessThanOrEqual(70);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });
});

describe('batchai run --help', () => {
  it('has the groups in order, each with the options that are brief', () => {
    const help = helpOf(['run', '--help']);

    expect(help.match(/^\S.*(?=:$)/gm)).toEqual(['Examples', ...OPTION_GROUPS]);
    const named = RUN_OPTIONS.filter(({ flags }) => help.includes(`  ${flags}`));
    expect(named).toEqual(RUN_OPTIONS.filter((row) => 'brief' in row));
  });

  it('says how to see the others', () => {
    expect(helpOf(['run', '--help'])).toContain(
      `--help-all               print all ${RUN_OPTIONS.length} options`,
    );
  });

  it('keeps its columns apart where the terminal is narrow, and its lines short where it is wide', () => {
    expect(helpOf(['run', '--help'], 40)).toMatch(/^ {2}--timeout <duration> {5}timeout of one call$/m);
    const widths = helpOf(['run', '--help-all'], 300)
      .split('\n')
      .map(({ length }) => length);
    expect(Math.max(...widths)).toBeLessThanOrEqual(100);
  });
});

it.each(['run', 'resume', 'retry'])('batchai %s --help-all lists every exit code', (name) => {
  const help = onOneLine(helpOf([name, '--help-all']));

  for (const [code, meaning] of Object.entries(EXIT_CODES)) expect(help).toContain(` ${code} ${meaning}`);
});

it('batchai --help lists every command', () => {
  const help = helpOf(['--help']);

  for (const command of buildProgram().commands)
    expect(help).toMatch(new RegExp(`^ +${command.name()} `, 'm'));
});
