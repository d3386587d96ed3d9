import type { Command } from 'commander';
import { OPTION_GROUPS, type OptionRow } from '../../src/cli/options/option-table.js';
import { type CommandEntry, commandsOf } from './command-tree.js';
import { code, GENERATED, plain, table } from './markdown.js';

const HEADER = ['option', 'meaning', 'default'];

/** docs/reference/cli.md: each option stands once, at the first command that has it; later commands refer to it. */
export function cliPage(program: Command): string {
  const homes = new Map<string, { readonly command: string; readonly row: OptionRow }>();
  const sections = commandsOf(program).map((entry) => commandSection(entry, homes));
  return `${GENERATED}

# Commands and options

Durations are \`500ms\`, \`60s\`, \`2m\`, \`1h\`; a bare number is seconds.
Keys come from the environment, never from an option: \`PROMPTHA_API_KEY\`, or the variable that a fabric file names. \`--env-file\` reads them from a file, and \`batchai.yaml\` has [defaults](../getting-started.md#keys-in-a-file-and-options-that-you-always-give) for options.
\`PROMPTHA_BASE_URL\`, \`BATCHAI_QUEUE_URL\`, and for [proxies](../proxies.md) \`HTTPS_PROXY\`, \`HTTP_PROXY\` and \`NO_PROXY\` are read too. Every command has \`--help\`; where that shows only the options that most people need, \`--help-all\` shows all of them.

${sections.join('\n')}`;
}

function commandSection(
  { name, usage, description, options }: CommandEntry,
  homes: Map<string, { readonly command: string; readonly row: OptionRow }>,
): string {
  const own = options.filter((row) => !homes.has(keyOf(row)));
  const shared = options.flatMap((row) => {
    const home = homes.get(keyOf(row));
    return home === undefined ? [] : [{ row, home }];
  });
  for (const row of own) homes.set(keyOf(row), { command: name, row });
  const paragraphs = [
    `## batchai ${name}\n`,
    `\`${usage}\`\n`,
    `${sentence(description)}\n`,
    ...groupTables(own),
    ...[...new Set(shared.map(({ home }) => home.command))].map((command) =>
      sharedOptions(
        command,
        shared.filter(({ home }) => home.command === command),
      ),
    ),
  ];
  return paragraphs.join('\n');
}

/** A table for each group that there is, under its name where there are several. */
function groupTables(rows: readonly OptionRow[]): string[] {
  const groups = OPTION_GROUPS.map((name) => ({ name, own: rows.filter(({ group }) => group === name) }));
  const filled = groups.filter(({ own }) => own.length > 0);
  return filled.flatMap(({ name, own }) => [
    ...(filled.length === 1 ? [] : [`**${name}**\n`]),
    table(HEADER, own.map(cellsOf)),
  ]);
}

/** "As in …: `--format`, `--attempts` (default: as in the run)". */
function sharedOptions(
  command: string,
  shared: readonly { readonly row: OptionRow; readonly home: { readonly row: OptionRow } }[],
): string {
  const names = shared.map(({ row, home }) => {
    const isSame = row.default === home.row.default;
    return `${code(row.flags)}${isSame ? '' : ` (default: ${plain(row.default ?? 'none')})`}`;
  });
  return `As for [\`batchai ${command}\`](#batchai-${command.replaceAll(' ', '-')}): ${names.join(', ')}.\n`;
}

function cellsOf({ flags, meaning, default: value = '' }: OptionRow): string[] {
  return [code(flags), plain(meaning), plain(value)];
}

/** Two rows that say the same of the same flags are one option. */
function keyOf({ flags, meaning }: OptionRow): string {
  return `${flags}\n${meaning}`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${plain(text.slice(1))}${text.endsWith('.') ? '' : '.'}`;
}
