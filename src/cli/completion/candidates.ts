import type { Argument, Command } from 'commander';
import { CHECKPOINT_SUFFIX } from '../../checkpoint/folder.js';
import { LOCAL_FABRICS } from '../../fabric/local/catalogue.js';
import { inputKindOfName } from '../../rows/format.js';
import type { CliIo } from '../io.js';
import { type Completion, TableOption } from '../options/option-table.js';
import { type Asked, nameOf } from './asked.js';
import { columnsOfInput } from './columns-of-input.js';
import { fileNames } from './file-names.js';
import { SHELLS } from './shells.js';

/** A word that can stand at the cursor. */
export interface Candidate {
  readonly word: string;
  readonly about?: string;
  /** More may follow without a space: a folder, or a name in a list. */
  readonly goesOn?: true;
}

/** What can stand at the cursor: words, or whatever the shell knows of files. */
export type Candidates =
  | { readonly kind: 'words'; readonly words: readonly Candidate[] }
  | { readonly kind: 'files' | 'folders' };

/** What can stand at the cursor of a line. */
export async function candidatesFor(asked: Asked, io: CliIo): Promise<Candidates> {
  const { option, typed, before } = asked;
  const found =
    option !== undefined
      ? await valuesOf(option instanceof TableOption ? option.row.completes : undefined, asked, io)
      : typed.startsWith('-') && !asked.isBehindDashes
        ? words(optionsOf(asked))
        : await argumentsOf(asked, io);
  if (found.kind !== 'words') return found;
  return words(
    found.words
      .filter(({ word }) => word.startsWith(typed))
      .map((candidate) => ({ ...candidate, word: before + candidate.word })),
  );
}

function words(list: readonly Candidate[]): Candidates {
  return { kind: 'words', words: list };
}

/** Those that were not typed yet, or that may be there several times. */
function optionsOf({ command, given }: Asked): Candidate[] {
  const own = command.options.flatMap((option): Candidate[] => {
    const isThere = given.has(nameOf(option));
    if (!(option instanceof TableOption) || (isThere && !option.row.repeatable)) return [];
    const { brief, meaning } = option.row;
    return [{ word: nameOf(option), about: typeof brief === 'string' ? brief : meaning }];
  });
  return [...own, { word: '--help', about: 'print the help' }];
}

/** Subcommands, or what the next argument can be; options where there is none left. */
async function argumentsOf(asked: Asked, io: CliIo): Promise<Candidates> {
  const { command, positionals, typed } = asked;
  if (command.commands.length > 0 && positionals.length === 0) {
    return words(
      command.commands.map((one) => ({ word: one.name(), about: one.summary() || one.description() })),
    );
  }
  const next = command.registeredArguments[positionals.length];
  if (next === undefined) return words(typed === '' ? optionsOf(asked) : []);
  return argumentValues(command, next, typed, io);
}

async function argumentValues(
  command: Command,
  argument: Argument,
  typed: string,
  io: CliIo,
): Promise<Candidates> {
  switch (argument.name()) {
    case 'input':
    case 'before':
    case 'after':
      return names(typed, io, (name) => (inputKindOfName(name) === undefined ? undefined : name));
    case 'output':
      return names(typed, io, withCheckpoint);
    case 'fabric':
      return fabrics(typed, io);
    case 'folder':
      return { kind: 'folders' };
    case 'shell':
      return words(SHELLS.map((word) => ({ word })));
    default:
      return command.parent?.name() === 'fabrics' ? names(typed, io, fabricFile) : words([]);
  }
}

async function valuesOf(completes: Completion | undefined, asked: Asked, io: CliIo): Promise<Candidates> {
  switch (completes) {
    case undefined:
      return words([]);
    case 'file':
      return { kind: 'files' };
    case 'folder':
      return { kind: 'folders' };
    case 'fabric':
      return fabrics(asked.typed, io);
    case 'column':
      return words((await columnsOfInput(asked)).map((word) => ({ word })));
    case 'columns':
      return words(listItems(asked.typed, await columnsOfInput(asked)));
    case 'expression':
      return words(atEnd(asked.typed, await columnsOfInput(asked)));
    default:
      return words(completes.map((word) => ({ word })));
  }
}

/** On-device fabrics, and the files that may be fabric files or models. */
async function fabrics(typed: string, io: CliIo): Promise<Candidates> {
  const local = LOCAL_FABRICS.map(({ name, description }) => ({ word: `local:${name}`, about: description }));
  const files = await names(typed, io, (name) => (/\.gguf$/i.test(name) ? name : fabricFile(name)));
  return words([...local, ...(files.kind === 'words' ? files.words : [])]);
}

async function names(
  typed: string,
  { env }: CliIo,
  nameOf: (entry: string) => string | undefined,
): Promise<Candidates> {
  const found = await fileNames(typed, env, nameOf);
  return words(found.map((word) => (word.endsWith('/') ? { word, goesOn: true } : { word })));
}

function fabricFile(name: string): string | undefined {
  return /\.ya?ml$/i.test(name) && name !== 'batchai.yaml' ? name : undefined;
}

/** The output of a checkpoint's folder: before a run has ended, there is nothing else. */
function withCheckpoint(name: string): string | undefined {
  return name.endsWith(CHECKPOINT_SUFFIX) ? name.slice(0, -CHECKPOINT_SUFFIX.length) : undefined;
}

/** `title,review` of `title,re`: a name that is not in the list yet, also behind `input=`. */
function listItems(typed: string, columns: readonly string[]): Candidate[] {
  const cut = typed.lastIndexOf(',') + 1;
  const start = cut + typed.slice(cut).indexOf('=') + 1;
  const there = new Set(
    typed
      .slice(0, cut)
      .split(',')
      .map((item) => item.replace(/^.*=/, '')),
  );
  return columns
    .filter((name) => !there.has(name))
    .map((name) => ({ word: typed.slice(0, start) + name, goesOn: true }));
}

/** `stars < 3 and review` of `stars < 3 and re`. */
function atEnd(typed: string, columns: readonly string[]): Candidate[] {
  const before = typed.replace(/[\w-]*$/, '');
  return columns
    .filter((name) => /^[\w-]+$/.test(name))
    .map((name) => ({ word: before + name, goesOn: true }));
}
