/**
 * What steers a terminal, or turns what stands beside it around: the controls of ASCII and of Latin-1 (ESC, CR, CSI) and
 * those of bidirectional text and of lines. (ECMA-48, 5; Unicode, annex 9, and trojansource.codes)
 */
const STEERING = /(?![\n\t])[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/**
 * A text as people may see it, wherever its parts are from: services, files, names of files. What would steer the
 * terminal stands as its escape, `\u001b`; in a text of JSON it means the same as before.
 */
export function visibleText(text: string): string {
  return text.replace(STEERING, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
