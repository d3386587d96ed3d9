import { type Command, Help } from 'commander';
import { EXIT_CODES } from '../exit-codes.js';
import { OPTION_GROUPS, type OptionGroup, type OptionRow, TableOption } from '../options/option-table.js';
import { type ListedItem, listed, termWidth, wrapped } from './listed.js';
import { usageOf } from './usage.js';

/** A command line that can be tried as it stands, and what it is for. */
export interface Example {
  readonly line: string;
  readonly purpose: string;
}

/** What the help of a command has beside its options. */
export interface HelpNotes {
  readonly examples?: readonly Example[];
  /** Said under the description. */
  readonly remark?: string;
  /** It ends with the exit codes of a run. */
  readonly endsAsRun?: true;
}

/** The short help has the options that most people need; `--help-all` has every option. */
export type HelpScope = 'short' | 'all';

/** Longer lines are hard to come back from. */
const WIDEST = 100;
/** A command with more options has a short help. */
const MANY_OPTIONS = 16;
/** One with fewer has them in one list, without groups. */
const FEW_OPTIONS = 7;
const SHORT_EXIT_CODES =
  'Exit codes: 0 all rows, 2 wrong set-up, 3 some rows failed, 4 stopped and resumable.';

/** Defaults that a short help leaves out: an option that is not given does nothing. */
const SAYS_LITTLE: ReadonlySet<string | undefined> = new Set([
  ...['none', 'all', 'all rows'],
  // Said once, under the description.
  ...['as the run had it last', 'as in the run'],
]);

/** The help of a command, made from its table of options. */
export class CommandHelp extends Help {
  constructor(
    private readonly notes: HelpNotes,
    private readonly scope: HelpScope,
  ) {
    super();
  }

  override formatHelp(command: Command): string {
    const width = Math.min(this.helpWidth ?? 80, WIDEST);
    const parts = [
      [`Usage: ${usageOf(command)}`],
      wrapped(sentence([command.description(), this.notes.remark].filter(Boolean).join('. ')), width),
      exampleLines(this.notes.examples ?? [], width),
      ...this.#commandLists(command, width),
      ...this.#optionLists(command, width),
      this.#exitCodes(width),
    ];
    return `${parts
      .filter((lines) => lines.length > 0)
      .map((lines) => lines.join('\n'))
      .join('\n\n')}\n`;
  }

  #commandLists(command: Command, width: number): string[][] {
    const groups = [...new Set(command.commands.map((one) => one.helpGroup()))];
    const items = (group: string) =>
      command.commands
        .filter((one) => one.helpGroup() === group)
        .map((one) => ({ term: commandTerm(one), text: one.summary() || one.description() }));
    const terms = termWidth(groups.flatMap(items));
    return groups.map((group) => [`${group || 'Commands'}:`, ...listed(items(group), width, terms)]);
  }

  #optionLists(command: Command, width: number): string[][] {
    const rows = command.options.flatMap((option) => (option instanceof TableOption ? [option.row] : []));
    const isShort = this.scope === 'short' && rows.length > MANY_OPTIONS;
    const shown = isShort ? rows.filter(({ brief }) => brief !== undefined) : rows;
    const items = new Map<OptionGroup | 'Options', ListedItem[]>();
    for (const group of OPTION_GROUPS) {
      const name = rows.length < FEW_OPTIONS ? 'Options' : group;
      const own = shown.filter((row) => row.group === group).map((row) => optionItem(row, isShort));
      items.set(name, [...(items.get(name) ?? []), ...own]);
    }
    const others = [
      ...(command.parent === null ? [{ term: '-V, --version', text: 'print the version' }] : []),
      { term: '-h, --help', text: 'print this help' },
      ...(isShort ? [{ term: '--help-all', text: `print all ${rows.length} options` }] : []),
    ];
    const groups = [...items].filter(([, list]) => list.length > 0);
    const terms = termWidth([...groups.flatMap(([, list]) => list), ...others]);
    const lists = groups.map(([name, list]) => [`${name}:`, ...listed(list, width, terms)]);
    return [...lists, listed(others, width, terms)];
  }

  #exitCodes(width: number): string[] {
    if (!this.notes.endsAsRun) return [];
    if (this.scope === 'short') return wrapped(SHORT_EXIT_CODES, width);
    const items = Object.entries(EXIT_CODES).map(([term, text]) => ({ term, text }));
    return ['Exit codes:', ...listed(items, width)];
  }
}

function exampleLines(examples: readonly Example[], width: number): string[] {
  if (examples.length === 0) return [];
  const items = examples.map(({ line, purpose }) => ({ term: line, text: purpose }));
  const longest = Math.max(...examples.map(({ line }) => line.length));
  const fit = items.every(({ text }) => longest + text.length + 4 <= width);
  const lines = fit
    ? listed(items, width, longest)
    : items.flatMap(({ term, text }) => [`  # ${text}`, `  ${term}`]);
  return [examples.length === 1 ? 'Example:' : 'Examples:', ...lines];
}

function optionItem(row: OptionRow, isShort: boolean): ListedItem {
  const { flags, brief, meaning, default: value } = row;
  if (!isShort) return { term: flags, text: meaning + defaultNote(value) };
  const text = typeof brief === 'string' ? brief : meaning;
  return { term: flags, text: text + (SAYS_LITTLE.has(value) ? '' : defaultNote(value)) };
}

function defaultNote(value: string | undefined): string {
  if (value === undefined) return '';
  return value === 'required' ? ' (required)' : ` (default: ${value})`;
}

function commandTerm(command: Command): string {
  const takes = command.registeredArguments.map((one) =>
    one.required ? `<${one.name()}>` : `[${one.name()}]`,
  );
  return [command.name(), ...takes].join(' ');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') || text === '' ? '' : '.'}`;
}
