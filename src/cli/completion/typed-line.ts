/** A command line up to the cursor, in words as a shell would pass them on. */
export interface TypedLine {
  /** Those that are whole; the first is the program. */
  readonly words: readonly string[];
  /** The one at the cursor, without its quotes; empty after a space. */
  readonly current: string;
  /** The quote that is open at the cursor. */
  readonly quote: '"' | "'" | undefined;
  /** The word at the cursor ends with its closing quote: nothing is to be added. */
  readonly isClosed: boolean;
}

/** Splits a line at spaces, with quotes and backslashes as bash, zsh and fish have them. Nothing is expanded. */
export function splitLine(line: string): TypedLine {
  const words: string[] = [];
  let current = '';
  let isWord = false;
  let quote: TypedLine['quote'];
  let isClosed = false;
  for (let at = 0; at < line.length; at += 1) {
    const character = line.charAt(at);
    isClosed = quote !== undefined && character === quote;
    if (character === '\\' && quote !== "'") {
      at += 1;
      current += line.charAt(at);
      isWord = true;
    } else if (quote === undefined && (character === '"' || character === "'")) {
      quote = character;
      isWord = true;
    } else if (character === quote) {
      quote = undefined;
    } else if (quote === undefined && /\s/.test(character)) {
      if (isWord) words.push(current);
      current = '';
      isWord = false;
    } else {
      current += character;
      isWord = true;
    }
  }
  return { words, current, quote, isClosed };
}
