import { visibleText } from '../monitor/visible-text.js';

/**
 * Stands for the escape of a style until a text is written. Random: a text from outside would have to guess 100 bits.
 * Math.random, since loading node:crypto takes 4 ms of `--help`.
 */
const STYLE = `\u{f0000}${Math.random()}${Math.random()}`;

/** Styles for what people read. Which stream shows them is decided when the text is written. */
export const paint = {
  bold: painting(1, 22),
  dim: painting(2, 22),
  red: painting(31, 39),
  yellow: painting(33, 39),
};

/** @param start,end Parameters of SGR, ECMA-48 section 8.3.117. */
function painting(start: number, end: number): (text: string) => string {
  return (text) => `${STYLE}${start}m${text}${STYLE}${end}m`;
}

/** A text safe to write to a stream: with its styles if the stream shows colours, and without any other escape sequence. */
export function streamText(text: string, hasColours: boolean): string {
  const visible = visibleText(text);
  return hasColours ? visible.replaceAll(STYLE, '\u001b[') : unpainted(visible);
}

/** A text without its styles. */
export function unpainted(text: string): string {
  return text.replace(new RegExp(`${STYLE}\\d+m`, 'gu'), '');
}
