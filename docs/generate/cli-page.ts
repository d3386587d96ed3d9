import type { Command } from 'commander';
import { OPTION_GROUPS, type OptionRow } from '../../src/cli/options/option-table.js';
import { commandsOf } from './command-tree.js';
import { code, GENERATED, plain, table } from './markdown.js';
import { byHome, type HousedCommand, type SharedOption, withHomes } from './option-homes.js';

const HEADER = ['option', 'meaning', 'default'];

/** docs/reference/cli.md: each option stands once, at the first command that has it; later commands refer to it. */
export function cliPage(program: Command): string {
  const sections = withHomes(commandsOf(program)).map(commandSection);
  return `${GENERATED}

# Commands and options

Durations are \`500ms\`, \`60s\`, \`2m\`, \`1h\`; a bare number is seconds.
Keys come from the environment, never from an option: \`PROMPTHA_API_KEY\`, or the variable that a fabric file names. \`--env-file\` reads them from a file, and \`batchai.yaml\` has [defaults](../getting-started.md#keys-in-a-file-and-options-that-you-always-give) for options.
\`PROMPTHA_BASE_URL\`, \`BATCHAI_QUEUE_URL\`, and for [proxies](../proxies.md) \`HTTPS_PROXY\`, \`HTTP_PROXY\` and \`NO_PROXY\` are read too. Every command has \`--help\`; where that shows only the options that most people need, \`--help-all\` shows all of them.

${sections.join('\n')}`;
}

function commandSection({ entry, own, shared }: HousedCommand): string {
  const { name, usage, description } = entry;
  const paragraphs = [
    `## batchai ${name}\n`,
    `\`${usage}\`\n`,
    `${sentence(description)}\n`,
    ...groupTables(own),
    ...[...byHome(shared)].map(([command, options]) => sharedOptions(command, options)),
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
function sharedOptions(command: string, shared: readonly SharedOption[]): string {
  const names = shared.map(({ row, home }) => {
    const isSame = row.default === home.row.default;
    return `${code(row.flags)}${isSame ? '' : ` (default: ${plain(row.default ?? 'none')})`}`;
  });
  return `As for [\`batchai ${command}\`](#batchai-${command.replaceAll(' ', '-')}): ${names.join(', ')}.\n`;
}

function cellsOf({ flags, meaning, default: value = '' }: OptionRow): string[] {
  return [code(flags), plain(meaning), plain(value)];
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${plain(text.slice(1))}${text.endsWith('.') ? '' : '.'}`;
}
