import { visibleText } from '../monitor/visible-text.js';
import type { CliIo } from './io.js';
import { printAside } from './print.js';

/** Questions to a person at a terminal, on standard error: standard output carries data. */
export interface Questions {
  /** One of several, by arrow keys. */
  choose<Value extends string>(question: Choice<Value>): Promise<Value>;
  /** A line of text; an empty one is `usual`. */
  line(question: string, usual: string | undefined): Promise<string>;
}

export interface Choice<Value extends string> {
  readonly question: string;
  readonly choices: readonly { readonly value: Value; readonly label: string; readonly hint?: string }[];
  readonly usual: Value;
}

/** The person pressed Ctrl-C or Esc instead of answering. */
export class QuestionCancelledError extends Error {
  override readonly name = 'QuestionCancelledError';
  readonly kind = 'cancelled';
}

/** Whether there is a person to ask: standard input and standard error are a terminal. */
export function canAsk({ stdin, stderr }: Pick<CliIo, 'stdin' | 'stderr'>): boolean {
  return stdin.isTTY === true && stderr.isTTY === true;
}

/**
 * Asks a question that is answered with yes where a person only presses Enter; by a line and not by a drawing, since what it
 * is about stands above it.
 *
 * @param question `Start?`
 * @returns false for any other answer, and where the terminal ends (Ctrl-D).
 */
export async function isConfirmed(question: string, io: CliIo): Promise<boolean> {
  const { createInterface } = await import('node:readline');
  const lines = createInterface({ input: io.stdin, terminal: false });
  try {
    return await new Promise<boolean>((resolve) => {
      lines.once('line', (line) => resolve(/^\s*(?:y|yes)?\s*$/i.test(line)));
      lines.once('close', () => resolve(false));
      printAside(io, `batchai: ${question} [Y/n] `);
    });
  } finally {
    lines.close();
  }
}

/**
 * Opens the questions of a terminal; the package that draws them is loaded for them alone.
 *
 * @throws QuestionCancelledError from each question.
 */
export async function openQuestions({ stdin, stderr }: Pick<CliIo, 'stdin' | 'stderr'>): Promise<Questions> {
  const { isCancel, select, text } = await import('@clack/prompts');
  const streams = { input: stdin, output: stderr };
  const answered = <Value>(answer: Value | symbol): Value => {
    if (isCancel(answer)) throw new QuestionCancelledError('cancelled');
    return answer as Value;
  };
  return {
    choose: async ({ question, choices, usual }) => {
      const options = choices.map(({ value, label, hint }) => ({
        value,
        label: visibleText(label),
        ...(hint === undefined ? {} : { hint: visibleText(hint) }),
      }));
      return answered(
        await select<string>({ message: question, options, initialValue: usual, ...streams }),
      ) as typeof usual;
    },
    line: async (question, usual) => {
      const shown = usual === undefined ? {} : { placeholder: visibleText(usual), defaultValue: usual };
      const validate = (line: string | undefined) =>
        usual === undefined && !line?.trim() ? 'Type an answer: there is no usual one.' : undefined;
      const line: string = answered<string>(
        await text({ message: question, ...shown, validate, ...streams }),
      );
      return line.trim();
    },
  };
}
