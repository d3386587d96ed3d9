import { type Attachment, isLink, type LinkedFile, type ReadFile } from './attachment.js';
import { kindOf } from './media-type.js';

/**
 * Stands in a request's JSON where the base64 of a file belongs, so that this never becomes part of a text. JSON
 * escapes control characters in all that rows and fabric files say, so none of it is taken for a gap. (RFC 8259, 7)
 */
export const GAP = '\0';

/** A service's form of a file: a content part as JSON, with a gap in place of the base64. */
export type FilePart = (file: Attachment) => string;

/** OpenAI's `image_url`, `file` and `input_audio`. (The types of the package `openai`, ChatCompletionContentPart.) */
export function openaiPart(file: Attachment): string {
  if (isLink(file)) return `{"type":"image_url","image_url":{"url":${urlOf(file)}}}`;
  switch (kindOf(file.type)) {
    case 'picture':
      return `{"type":"image_url","image_url":{"url":${dataUrl(file)}}}`;
    case 'PDF':
      return `{"type":"file","file":{"filename":${JSON.stringify(file.name)},"file_data":${dataUrl(file)}}}`;
    case 'sound': {
      const format = file.type === 'audio/wav' ? 'wav' : 'mp3';
      return `{"type":"input_audio","input_audio":{"data":"${GAP}","format":"${format}"}}`;
    }
  }
}

/** Anthropic's `image` and `document`. (The types of `@anthropic-ai/sdk`, ContentBlockParam.) */
export function anthropicPart(file: Attachment): string {
  const type = file.type === 'application/pdf' ? 'document' : 'image';
  const source = isLink(file)
    ? `{"type":"url","url":${urlOf(file)}}`
    : `{"type":"base64","media_type":"${file.type}","data":"${GAP}"}`;
  return `{"type":"${type}","source":${source}}`;
}

/** Gemini's `inlineData` and `fileData`. (The types of `@google/genai`, Part.) */
export function geminiPart(file: Attachment): string {
  if (!isLink(file)) return `{"inlineData":{"mimeType":"${file.type}","data":"${GAP}"}}`;
  const type = file.type === undefined ? '' : `,"mimeType":"${file.type}"`;
  return `{"fileData":{"fileUri":${urlOf(file)}${type}}}`;
}

function urlOf({ url }: LinkedFile): string {
  return JSON.stringify(url);
}

function dataUrl({ type }: ReadFile): string {
  return `"data:${type};base64,${GAP}"`;
}
