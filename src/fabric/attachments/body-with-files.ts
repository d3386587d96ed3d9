import type { RenderedPrompt } from '../definition.js';
import type { Attachment } from './attachment.js';
import { type FilePart, GAP } from './file-parts.js';

/** A request's body in parts that are sent one after another, so that the base64 of files is never copied. */
export interface BodyParts {
  readonly parts: readonly Buffer[];
  readonly bytes: number;
}

/** A prompt with the content parts of files. */
export function promptWithFiles(
  prompt: RenderedPrompt,
  files: readonly Attachment[] | undefined,
  filePart: FilePart,
): RenderedPrompt {
  return files === undefined || files.length === 0
    ? prompt
    : { ...prompt, files: files.map(filePart).join() };
}

/**
 * The body of a request whose gaps are the base64 of files.
 *
 * @param json with a gap for each file that was read, in their order
 */
export function bodyWithFiles(json: string, files: readonly Attachment[]): BodyParts {
  const filled = files.values();
  const parts: Buffer[] = [];
  let bytes = 0;
  for (const [index, text] of json.split(GAP).entries()) {
    if (index > 0) parts.push(nextBase64(filled));
    parts.push(Buffer.from(text));
  }
  for (const part of parts) bytes += part.length;
  return { parts, bytes };
}

/** The same as a text, for who writes it into a file of requests. */
export function textWithFiles(json: string, files: readonly Attachment[]): string {
  const filled = files.values();
  return json.replaceAll(GAP, () => nextBase64(filled).toString('latin1'));
}

/** Characters of base64 that people are shown. */
const SHOWN = 24;

/** The same for people: of the base64 only its beginning, and how long it is. */
export function textWithCutFiles(json: string, files: readonly Attachment[]): string {
  const filled = files.values();
  return json.replaceAll(GAP, () => {
    const base64 = nextBase64(filled);
    return base64.length <= SHOWN
      ? base64.toString('latin1')
      : `${base64.toString('latin1', 0, SHOWN)}… (${base64.length} characters of base64)`;
  });
}

function nextBase64(files: IterableIterator<Attachment>): Buffer {
  for (let next = files.next(); next.done !== true; next = files.next()) {
    if (next.value.kind === 'file') return next.value.base64;
  }
  throw new Error('a request has more gaps than files: this is a bug in batchai');
}
