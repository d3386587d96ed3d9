import { isRecord } from './model-service.js';

/** A file in a request, as the service took it apart. */
export interface SentFile {
  readonly kind: 'image' | 'document' | 'audio';
  /** Of a file that came with the request. */
  readonly type?: string;
  readonly base64?: string;
  readonly url?: string;
}

/** The content of a message: its texts, and its files. Undefined where it is none that the service takes. */
export interface ReadContent {
  readonly text: string;
  readonly files: readonly SentFile[];
}

/** @param fileOf the file in a part of a service's content; undefined where it is none */
export function readContent(
  content: unknown,
  fileOf: (part: Record<string, unknown>) => SentFile | undefined,
): ReadContent | undefined {
  if (typeof content === 'string') return { text: content, files: [] };
  if (!Array.isArray(content) || content.length === 0) return undefined;
  const files: SentFile[] = [];
  let text = '';
  for (const part of content) {
    if (!isRecord(part)) return undefined;
    if (part.type === 'text' && typeof part.text === 'string') {
      text += part.text;
      continue;
    }
    const file = fileOf(part);
    if (file === undefined || !isBase64(file.base64)) return undefined;
    files.push(file);
  }
  return { text, files };
}

export function openaiFile(part: Record<string, unknown>): SentFile | undefined {
  const { image_url: image, file, input_audio: audio } = part;
  if (part.type === 'image_url' && isRecord(image) && typeof image.url === 'string')
    return ofUrl('image', image.url);
  if (part.type === 'file' && isRecord(file) && typeof file.filename === 'string')
    return typeof file.file_data === 'string' ? ofUrl('document', file.file_data) : undefined;
  if (part.type === 'input_audio' && isRecord(audio) && typeof audio.data === 'string')
    return { kind: 'audio', type: `audio/${audio.format}`, base64: audio.data };
  return undefined;
}

export function anthropicFile({ type, source }: Record<string, unknown>): SentFile | undefined {
  if ((type !== 'image' && type !== 'document') || !isRecord(source)) return undefined;
  if (source.type === 'url' && typeof source.url === 'string') return { kind: type, url: source.url };
  if (source.type !== 'base64' || typeof source.media_type !== 'string') return undefined;
  return typeof source.data === 'string'
    ? { kind: type, type: source.media_type, base64: source.data }
    : undefined;
}

function ofUrl(kind: SentFile['kind'], url: string): SentFile | undefined {
  const [, type, base64] = /^data:([^;,]+);base64,(.*)$/s.exec(url) ?? [];
  if (type !== undefined && base64 !== undefined) return { kind, type, base64 };
  return url.startsWith('data:') ? undefined : { kind, url };
}

function isBase64(text: string | undefined): boolean {
  return text === undefined || Buffer.from(text, 'base64').toString('base64') === text;
}
