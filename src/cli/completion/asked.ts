import type { Command, Option } from 'commander';

/** What the word at the cursor is to be, and what stands before it. */
export interface Asked {
  readonly command: Command;
  /** The values of options that were typed, by their long names; true where there is none. */
  readonly given: ReadonlyMap<string, string | true>;
  readonly positionals: readonly string[];
  /** The option whose value is at the cursor. */
  readonly option: Option | undefined;
  /** What has been typed of the word, or of the value behind `--name=`. */
  readonly typed: string;
  /** `--name=`, where the value is behind it. */
  readonly before: string;
  /** After `--`, nothing is an option. */
  readonly isBehindDashes: boolean;
}

/**
 * Reads a line as commander would read it, as far as it goes.
 *
 * @param words behind the name of the program, without the one at the cursor
 */
export function readLine(program: Command, words: readonly string[], current: string): Asked {
  let command = program;
  const given = new Map<string, string | true>();
  const positionals: string[] = [];
  let awaiting: Option | undefined;
  let isBehindDashes = false;
  for (const word of words) {
    if (awaiting !== undefined && (awaiting.required || !word.startsWith('-'))) {
      given.set(nameOf(awaiting), word);
      awaiting = undefined;
      continue;
    }
    awaiting = undefined;
    if (!isBehindDashes && word === '--') isBehindDashes = true;
    else if (!isBehindDashes && word.startsWith('-') && word !== '-') {
      const [name = word, value] = splitValue(word);
      const option = optionOf(command, name);
      if (option === undefined) continue;
      given.set(nameOf(option), value ?? true);
      if (value === undefined && (option.required || option.optional)) awaiting = option;
    } else {
      const next = positionals.length === 0 ? command.commands.find((one) => one.name() === word) : undefined;
      if (next === undefined) positionals.push(word);
      else command = next;
    }
  }
  const common = { command, given, positionals, isBehindDashes };
  const [name = '', value] = isBehindDashes ? [] : splitValue(current);
  if (value !== undefined)
    return { ...common, option: optionOf(command, name), typed: value, before: `${name}=` };
  const isValue = awaiting !== undefined && (awaiting.required || !current.startsWith('-'));
  return { ...common, option: isValue ? awaiting : undefined, typed: current, before: '' };
}

export function nameOf(option: Option): string {
  return option.long ?? option.flags;
}

/** `--inputs=title` in two; a word without a value, or that is no option, in one. */
function splitValue(word: string): readonly [string, string?] {
  const at = word.indexOf('=');
  return at === -1 || !word.startsWith('--') ? [word] : [word.slice(0, at), word.slice(at + 1)];
}

function optionOf(command: Command, name: string): Option | undefined {
  return command.options.find(({ long, short }) => long === name || short === name);
}
