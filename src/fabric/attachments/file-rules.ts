import type { ModelDefinition } from '../definition.js';
import { type FileKind, kindOf, type MediaType } from './media-type.js';

/** What a service takes of files. Where its documents say nothing, nothing is refused here. */
export interface FileRules {
  /** As messages call it. */
  readonly service: string;
  readonly kinds: readonly FileKind[];
  /** What it fetches by a URL. */
  readonly links: readonly FileKind[];
  /** The most bytes of one file, as they count: of the file itself, or of its base64. */
  readonly most: Partial<Readonly<Record<FileKind, SizeLimit>>>;
  /** The most bytes of a row's files together, in base64. */
  readonly mostTogether?: number;
  /** The longest side of a picture, in pixels. */
  readonly longestSide?: number;
}

export interface SizeLimit {
  readonly bytes: number;
  readonly counts: 'file' | 'base64';
}

const MB = 1024 * 1024;

/** platform.claude.com/docs/en/build-with-claude/vision and …/pdf-support */
const ANTHROPIC: FileRules = {
  service: 'Anthropic',
  kinds: ['picture', 'PDF'],
  links: ['picture', 'PDF'],
  // Its refusals name the bytes of the base64.
  most: { picture: { bytes: 5 * MB, counts: 'base64' } },
  mostTogether: 32 * MB,
  longestSide: 8_000,
};

/** Whatever speaks OpenAI's `chat/completions`. */
const CHAT_COMPLETIONS: FileRules = {
  service: 'chat/completions',
  kinds: ['picture', 'PDF', 'sound'],
  links: ['picture'],
  most: {},
};

/** developers.openai.com/api/docs/guides/images-vision and …/file-inputs */
const OPENAI: FileRules = {
  ...CHAT_COMPLETIONS,
  service: 'OpenAI',
  most: { PDF: { bytes: 50 * MB, counts: 'file' } },
  mostTogether: 512 * MB,
};

/** ai.google.dev/gemini-api/docs/file-input-methods: what is sent inline. */
const GEMINI: FileRules = { ...CHAT_COMPLETIONS, service: 'Gemini', mostTogether: 100 * MB };

/** The rules of the service that a fabric calls. */
export function fileRulesOf({ provider, baseUrl }: Pick<ModelDefinition, 'provider' | 'baseUrl'>): FileRules {
  if (provider === 'anthropic') return ANTHROPIC;
  const { hostname } = new URL(baseUrl);
  if (hostname === 'api.openai.com' || hostname.endsWith('.api.openai.com')) return OPENAI;
  return hostname === 'generativelanguage.googleapis.com' ? GEMINI : CHAT_COMPLETIONS;
}

/** Why a file is not taken; undefined where it is. */
export function fileProblem(
  rules: FileRules,
  type: MediaType,
  bytes: number,
): { readonly kind: 'unprocessable' | 'too-large'; readonly text: string } | undefined {
  const kind = kindOf(type);
  if (!rules.kinds.includes(kind))
    return { kind: 'unprocessable', text: `it is a ${kind} (${type}), and ${rules.service} takes none` };
  const limit = rules.most[kind];
  if (limit === undefined) return undefined;
  const counted = limit.counts === 'file' ? bytes : base64Length(bytes);
  if (counted <= limit.bytes) return undefined;
  const how = limit.counts === 'file' ? '' : ' in base64';
  const smaller = kind === 'picture' ? '; maxPixels in the fabric file makes it smaller' : '';
  return {
    kind: 'too-large',
    text: `it has ${megabytes(counted)}${how}, and ${rules.service} takes a ${kind} of ${megabytes(limit.bytes)} at most${smaller}`,
  };
}

/** The length of so many bytes in base64. */
export function base64Length(bytes: number): number {
  return 4 * Math.ceil(bytes / 3);
}

export function megabytes(bytes: number): string {
  return `${(bytes / MB).toFixed(1).replace(/\.0$/, '')} MB`;
}
