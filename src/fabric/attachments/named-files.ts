import { basename, resolve } from 'node:path';
import type { JsonValue } from '../../json/json-value.js';
import { CallError } from '../call-error.js';
import type { Inputs } from '../fabric.js';
import type { LinkedFile } from './attachment.js';
import type { MediaType } from './media-type.js';

/** A file of this machine that a row names. */
export interface NamedFile {
  readonly kind: 'path';
  /** As the row has it. */
  readonly written: string;
  readonly path: string;
  /** Without its folders. */
  readonly name: string;
}

/** What a fabric's files are found by. */
export interface FilePlaces {
  /** The inputs that name files, in the order in which these are sent. */
  readonly columns: readonly string[];
  /** Paths begin here. */
  readonly folder: string;
}

/**
 * The files that a row names: a path or an `http` or `https` URL a column, or several as a list (in a cell as a JSON
 * array). Empty columns name none.
 *
 * @throws CallError `unprocessable` for any other value.
 * @example
 * namedFiles({ photo: 'a.png' }, { columns: ['photo'], folder: 'in' });
 * // [{ kind: 'path', written: 'a.png', path: '/home/me/in/a.png', name: 'a.png' }]
 */
export function namedFiles(inputs: Inputs, { columns, folder }: FilePlaces): (NamedFile | LinkedFile)[] {
  return columns.flatMap((column) =>
    textsIn(inputs[column], column).map((text) => namedFile(text.trim(), column, folder)),
  );
}

/**
 * The files of this machine that a row names for any of a run's fabrics, in the order of their columns. A column that
 * cannot be read names none: the call that is sent it says so.
 */
export function pathsNamed(inputs: Inputs, { columns, folder }: FilePlaces): NamedFile[] {
  return columns.flatMap((column) => {
    try {
      return namedFiles(inputs, { columns: [column], folder }).filter((file) => file.kind === 'path');
    } catch (error) {
      if (error instanceof CallError) return [];
      throw error;
    }
  });
}

function textsIn(value: JsonValue | undefined, column: string): readonly string[] {
  const list = typeof value === 'string' ? listInCell(value, column) : (value ?? []);
  if (!Array.isArray(list)) throw unusable(column, 'wanted a path, a URL or a list of them');
  return list.map((item) => {
    if (typeof item === 'string' && item.trim() !== '') return item;
    throw unusable(column, 'wanted a list of paths and URLs, all of them texts');
  });
}

/** A path that begins with a bracket is written `./[…`. */
function listInCell(cell: string, column: string): JsonValue {
  const text = cell.trim();
  if (text === '') return [];
  if (!text.startsWith('[')) return [text];
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    throw unusable(column, 'it begins with [ and is no JSON array; a path may be written as ./[…');
  }
}

const SCHEME = /^([a-z][a-z\d+.-]+):\/\/|^(file|data|blob):/i;

function namedFile(text: string, column: string, folder: string): NamedFile | LinkedFile {
  if (/^https?:\/\//i.test(text)) return linkedFile(text, column);
  const [, scheme, other] = SCHEME.exec(text) ?? [];
  const found = scheme ?? other;
  if (found !== undefined)
    throw unusable(column, `wanted a path, or an http or https URL, got ${found.toLowerCase()}:`);
  if (text.includes('\0')) throw unusable(column, 'a path holds no NUL');
  return { kind: 'path', written: text, path: resolve(folder, text), name: basename(text) };
}

function linkedFile(text: string, column: string): LinkedFile {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw unusable(column, 'its URL cannot be read');
  // What is sent stands in the logs of services, and may come back in their messages.
  if (url.username !== '' || url.password !== '')
    throw unusable(column, 'a URL with a user or a password is not sent: use one without');
  const [, ending = ''] = /\.([a-z\d]+)$/i.exec(url.pathname) ?? [];
  return { kind: 'link', url: text, type: TYPES_BY_ENDING[ending.toLowerCase()] };
}

const TYPES_BY_ENDING: Readonly<Record<string, MediaType>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  gif: 'image/gif',
  pdf: 'application/pdf',
  wav: 'audio/wav',
  mp3: 'audio/mpeg',
};

function unusable(column: string, why: string): CallError {
  return new CallError('unprocessable', `${column}: ${why}`);
}
