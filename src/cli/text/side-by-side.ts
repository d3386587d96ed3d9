import { visibleText } from '../../monitor/visible-text.js';

/** Columns that a text needs beside others; with fewer, the texts are stacked. */
const LEAST_FOR_ONE = 40;

const BETWEEN = ' │ ';

/** Limit of lines shown of one text; `--json` shows all of it. */
const MOST_LINES = 40;

/** Texts beside each other in so many columns, or one below the other where these are few; each line ends. */
export function sideBySide(texts: readonly string[], columns: number): string {
  if (columns < LEAST_FOR_ONE * texts.length) {
    const lines = texts.flatMap((text, index) =>
      index === 0 ? shownLines(text, columns) : shownLines(text, columns - 2).map((line) => `> ${line}`),
    );
    return lines.map((line) => `${line}\n`).join('');
  }
  const width = Math.floor((columns - BETWEEN.length * (texts.length - 1)) / texts.length);
  const columnsOfLines = texts.map((text) => shownLines(text, width));
  const lines: string[] = [];
  for (let index = 0; index < Math.max(...columnsOfLines.map(({ length }) => length)); index++) {
    const cells = columnsOfLines.map((column) => column[index] ?? '');
    lines.push(
      cells
        .map((cell) => cell + ' '.repeat(width - widthOf(cell)))
        .join(BETWEEN)
        .trimEnd(),
    );
  }
  return lines.map((line) => `${line}\n`).join('');
}

function shownLines(text: string, width: number): string[] {
  const lines = wrapped(text, width);
  if (lines.length <= MOST_LINES) return lines;
  return [...lines.slice(0, MOST_LINES), `… (${lines.length - MOST_LINES} more lines; --json shows them)`];
}

/** A text in lines of at most so many columns, broken between words where that is possible. */
export function wrapped(text: string, width: number): string[] {
  return visibleText(text.replaceAll('\r\n', '\n').replaceAll('\t', '  '))
    .split('\n')
    .flatMap((line) => wrappedLine(line, Math.max(1, width)));
}

/** A text in one line of at most so many columns: what does not fit is cut, between words where that is possible. */
export function firstLine(text: string, width: number): string {
  const flat = text.trim().replace(/\s+/g, ' ');
  const [line = '', ...more] = wrapped(flat, width);
  return more.length === 0 ? line : `${wrapped(flat, width - 1)[0]}…`;
}

function wrappedLine(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  let taken = 0;
  for (const word of text.split(/(?<= )/)) {
    const wide = widthOf(word.trimEnd());
    if (taken + wide > width && line !== '') {
      lines.push(line.trimEnd());
      [line, taken] = ['', 0];
    }
    if (wide <= width) {
      [line, taken] = [line + word, taken + widthOf(word)];
      continue;
    }
    for (const sign of word) {
      if (taken + widthOf(sign) > width) {
        lines.push(line);
        [line, taken] = ['', 0];
      }
      [line, taken] = [line + sign, taken + widthOf(sign)];
    }
  }
  return [...lines, line.trimEnd()];
}

/** Signs of East Asian scripts and pictures take two columns each. (Unicode, annex 11.) */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Accents and the like stand on the sign before them. */
const NO_WIDTH = /\p{Mn}|\p{Me}|\u200b|\u200c|\u200d/u;

/** Columns that a text takes on a terminal. */
function widthOf(text: string): number {
  let width = 0;
  for (const sign of text) width += NO_WIDTH.test(sign) ? 0 : WIDE.test(sign) ? 2 : 1;
  return width;
}
