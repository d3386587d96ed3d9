/**
 * Characters that control a terminal or reorder the text around them: the controls of ASCII and Latin-1 (ESC, CR, CSI),
 * of bidirectional text and of lines. (ECMA-48, 5; Unicode, annex 9, and trojansource.codes)
 */
const CONTROLS = /(?![\n\t])[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/**
 * Makes a text safe for a terminal, wherever its parts come from: services, files, file names. Control characters
 * become their escapes, `\u001b`; in JSON the text keeps its meaning.
 *
 * @example
 * visibleText('\u001b[2Jdone'); // '\\u001b[2Jdone'
 */
export function visibleText(text: string): string {
  return text.replace(CONTROLS, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
