import type { Command } from 'commander';
import type { CliIo } from '../io.js';
import { readLine } from './asked.js';
import { type Candidate, candidatesFor } from './candidates.js';
import { SHELLS, type Shell } from './shells.js';
import { splitLine, type TypedLine } from './typed-line.js';

/** What a shell's script is told: how to complete, and the words. */
export interface CompletionAnswer {
  readonly kind: 'words' | 'words-that-go-on' | 'files' | 'folders';
  /** As the shell takes them, one a line. */
  readonly lines: readonly string[];
}

/**
 * What can stand at the end of a line.
 *
 * @param typed the shell's name, the line up to the cursor, and for bash the characters at which it breaks words
 * @param programFor makes the program with the options of the commands that these words mean
 */
export async function complete(
  [shell = '', line = '', breaks = '']: readonly string[],
  programFor: (words: readonly string[]) => Command,
  io: CliIo,
): Promise<CompletionAnswer> {
  const typed = splitLine(line);
  const words = typed.words.slice(1);
  if (typed.isClosed) return { kind: 'words', lines: [] };
  const found = await candidatesFor(readLine(programFor(words), words, typed.current), io);
  if (found.kind !== 'words') return { kind: found.kind, lines: [] };
  const format = FORMATS[SHELLS.find((one) => one === shell) ?? 'fish'];
  return {
    kind: found.words.some(({ goesOn }) => goesOn) ? 'words-that-go-on' : 'words',
    lines: found.words.filter(isOneLine).map((candidate) => format(candidate, typed, breaks)),
  };
}

/** Names of columns and files may have what would end a line here, or what no quote of this kind can hold. */
function isOneLine({ word }: Candidate): boolean {
  return !/[\r\n\t]/.test(word);
}

const FORMATS: Readonly<Record<Shell, (candidate: Candidate, typed: TypedLine, breaks: string) => string>> = {
  bash: ({ word }, typed, breaks) => bashWord(word, typed, breaks),
  zsh: withMeaning,
  fish: withMeaning,
};

/** Both quote a word themselves where it has to be. */
function withMeaning({ word, about }: Candidate): string {
  return about === undefined ? word : `${word}\t${about.replace(/\s+/g, ' ')}`;
}

/**
 * Bash puts in what it is given. It replaces only what stands behind the last character at which it breaks words, such
 * as = and :, unless a quote is open.
 */
function bashWord(word: string, { current, quote }: TypedLine, breaks: string): string {
  if (quote !== undefined) return quote === '"' ? word.replace(/[\\"$`]/g, '\\$&') : word;
  const kept = [...current].findLastIndex(
    (character) => '=:'.includes(character) && breaks.includes(character),
  );
  return word.slice(kept + 1).replace(/[^\w./:=,@%+~-]/g, '\\$&');
}
