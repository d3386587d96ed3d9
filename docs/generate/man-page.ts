import type { Command } from 'commander';
import { EXIT_CODES } from '../../src/cli/exit-codes.js';
import { PROGRAM_EXAMPLES, RUN_EXAMPLES } from '../../src/cli/help/examples.js';
import { wrapped } from '../../src/cli/help/listed.js';
import { longOf } from '../../src/cli/help/usage.js';
import { OPTION_GROUPS, type OptionRow } from '../../src/cli/options/option-table.js';
import { commandsOf } from './command-tree.js';
import { byHome, type HousedCommand, type SharedOption, withHomes } from './option-homes.js';

/** Characters a line of the source; escapes come on top. */
const LINE = 72;

/** What is read from the environment, besides the keys that fabric files name. */
const ENVIRONMENT: Readonly<Record<string, string>> = {
  PROMPTHA_API_KEY: 'the key for Promptha; a fabric file names the variables of other keys',
  PROMPTHA_BASE_URL: "the base of Promptha's API",
  BATCHAI_QUEUE_URL: "the queue's Redis",
  'HTTPS_PROXY, HTTP_PROXY, NO_PROXY': 'proxies',
  NO_COLOR: 'no colours',
};

const FILES: Readonly<Record<string, string>> = {
  'batchai.yaml': 'defaults for options, in the working folder; with profiles for --profile',
  '<output>.checkpoint': 'what an interrupted run goes on from',
  '<output>.dead-letters.jsonl': 'the rows that failed, with why',
};

/** docs/reference/batchai.1, for `man batchai`: the same options as docs/reference/cli.md, in man(7). */
export function manPage(program: Command): string {
  return `${[
    '.\\" `npm run docs` writes this page from the source. Change the source instead.',
    '.TH BATCHAI 1 "" "batchai" "User Commands"',
    '.SH NAME',
    'batchai \\- run an AI fabric over every row of a CSV or JSONL file',
    '.SH SYNOPSIS',
    ...['batchai <command> [options]', 'batchai <command> \\-\\-help']
      .flatMap((line) => [`.B ${line}`, '.br'])
      .slice(0, -1),
    '.SH DESCRIPTION',
    paragraph(program.description()),
    '.PP',
    paragraph(
      'Durations are 500ms, 60s, 2m, 1h; a bare number is seconds. Keys come from the environment, never from an option. What is meant for people goes to standard error, data to standard output.',
    ),
    '.SH EXAMPLES',
    ...[...PROGRAM_EXAMPLES.slice(0, 1), ...RUN_EXAMPLES].flatMap(({ line, purpose }) =>
      item(bold(line), purpose),
    ),
    '.SH COMMANDS',
    ...withHomes(commandsOf(program)).flatMap(commandSection),
    '.SH ENVIRONMENT',
    ...itemsOf(ENVIRONMENT),
    '.SH FILES',
    ...itemsOf(FILES),
    '.SH EXIT STATUS',
    ...itemsOf(EXIT_CODES),
  ].join('\n')}\n`;
}

function commandSection({ entry, own, shared }: HousedCommand): string[] {
  return [
    `.SS ${text(entry.usage)}`,
    paragraph(entry.description),
    ...OPTION_GROUPS.flatMap((group) => groupItems(group, own)),
    ...[...byHome(shared)].flatMap(([command, options]) => sharedOptions(command, options)),
  ];
}

function groupItems(group: OptionRow['group'], own: readonly OptionRow[]): string[] {
  const rows = own.filter((row) => row.group === group);
  const items = rows.flatMap(({ flags, meaning, default: value }) =>
    item(bold(flags), sentence(meaning) + defaultNote(value)),
  );
  return items.length === 0 ? [] : ['.PP', `.I ${text(group)}`, ...items];
}

function sharedOptions(command: string, shared: readonly SharedOption[]): string[] {
  const names = shared.map(({ row }) => bold(longOf(row.flags).replace(/ .*/, '')));
  return [
    '.PP',
    `As for batchai ${text(command)}:`,
    ...names.map((name, index) => `${name}${index === names.length - 1 ? '.' : ','}`),
  ];
}

function defaultNote(value: string | undefined): string {
  if (value === undefined) return '';
  return value === 'required' ? ' Required.' : ` Default: ${value}.`;
}

function itemsOf(meanings: Readonly<Record<string, string>>): string[] {
  return Object.entries(meanings).flatMap(([name, meaning]) => item(bold(name), meaning));
}

function item(term: string, meaning: string): string[] {
  return ['.TP', term, paragraph(meaning)];
}

function bold(words: string): string {
  return `\\fB${text(words)}\\fR`;
}

/** A sentence in lines that are short enough to be compared. */
function paragraph(words: string): string {
  return wrapped(sentence(words), LINE).map(text).join('\n');
}

/** As roff shows it as it stands: a line that begins with a dot or a quote would be a request. */
function text(words: string): string {
  return words
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^(?=[.'])/, '\\&');
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${/[.?]$/.test(words) ? '' : '.'}`;
}
