import { access, constants, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { type InputStat, inputStatOf } from '../../checkpoint/input-stat.js';
import { meantFile } from '../../fabric/file/meant-file.js';
import { type ByteSource, fileSource, streamSource } from '../../rows/byte-source.js';
import { encodingByMark, isUtf8 } from '../../rows/encoding.js';
import { findColumnNames } from '../../rows/find-column-names.js';
import { type FileKind, type InputFormat, inputKindOfName, isGzipName } from '../../rows/format.js';
import { listedName, shownName } from '../../rows/header-names.js';
import { type Look, lookAt } from '../../rows/look.js';
import { readingOf } from '../../rows/read-rows.js';
import type { Position } from '../../rows/row.js';
import { checkInputName } from '../places/file-names.js';
import { noSuchColumns, shortened } from '../settings/no-such-columns.js';
import { OptionError } from '../settings/option-parsers.js';
import { SetUpError } from '../settings/set-up-error.js';
import type { RunSettings } from '../settings/settings.js';
import type { ReadingSettings } from '../settings/settings-of-options.js';
import { withoutUndefined } from '../settings/without-undefined.js';
import { checkWrittenAs, quotingOf } from './written-as.js';

export interface InputPlan {
  readonly source: ByteSource;
  readonly look: Look;
  readonly stat: InputStat | undefined;
}

/** The settings that decide the input. */
export interface InputSettings extends ReadingSettings, Pick<RunSettings, 'input' | 'badRows' | 'limit'> {
  /** Undefined: nothing is to be written. */
  readonly outputColumn?: string | undefined;
}

/** With more names than this, names are data and not columns. */
export const MOST_NAMES = 10_000;

/**
 * Finds the input, looks at its beginning, and through all of its rows for names that come later.
 *
 * @throws SetUpError, OptionError, InputError
 */
export async function decideInput(settings: InputSettings, standardInput: Readable): Promise<InputPlan> {
  const input = await withAllNames(await openInput(settings, standardInput), settings);
  checkColumns(settings, input);
  return input;
}

/**
 * Finds the input and looks at its beginning.
 *
 * @throws SetUpError, OptionError, InputError
 */
export async function openInput(settings: InputSettings, standardInput: Readable): Promise<InputPlan> {
  const { path, kind } = { path: settings.input, kind: decideKind(settings) };
  checkWrittenAs(settings, kind.format);
  const found = path === '-' ? undefined : await statInput(path);
  const bytes = path === '-' ? streamSource('standard input', standardInput) : fileSource(path, kind.gzip);
  const source = await decoded(bytes, settings.encoding ?? (await encodingByMark(bytes)) ?? 'utf-8');
  const { delimiter, skipLines } = settings;
  const { shortRows } = readingOf(settings.badRows);
  const look = await lookAt(source, {
    format: kind.format,
    ...withoutUndefined({ delimiter, skipLines, shortRows, quoting: quotingOf(settings) }),
  });
  checkRows(settings, source.name, look);
  return { source, look, stat: found };
}

/** @throws OptionError for an encoding that nothing here decodes. */
async function decoded(bytes: ByteSource, encoding: string): Promise<ByteSource> {
  if (isUtf8(encoding)) return bytes;
  // The tables of encodings take a while to load, and few inputs need them.
  const { decodedSource, isKnownEncoding } = await import('../../rows/decoded-source.js');
  if (isKnownEncoding(encoding)) return decodedSource(bytes, encoding);
  throw new OptionError(
    `--encoding: wanted an encoding such as utf-8, utf-16le, windows-1252 or shift_jis, got "${encoding}"`,
  );
}

/** An input with the names of all its rows: of a JSONL file, those that come late are looked for. */
export async function withAllNames(
  input: InputPlan,
  { limit }: Pick<RunSettings, 'limit'>,
  { known, from }: NamesBefore = { known: [], from: input.look.start },
): Promise<InputPlan> {
  const { source, look } = input;
  if (look.layout.format !== 'jsonl' || source.path === undefined) return input;
  const names = await findColumnNames(source, {
    known,
    from,
    most: MOST_NAMES,
    ...(look.layout.framing === undefined ? {} : { framing: look.layout.framing }),
    ...(limit === undefined ? {} : { lastRow: limit }),
  });
  return { ...input, look: { ...look, columns: [...names.keys()] } };
}

/** What is known of the names of rows, and where those rows are of which it is not known. */
export interface NamesBefore {
  readonly known: readonly string[];
  readonly from: Position;
}

function decideKind(settings: InputSettings): FileKind<InputFormat> {
  if (settings.input === '-') {
    if (settings.format === undefined)
      throw new SetUpError(
        'standard input has no name to tell its format: add --format csv, tsv or jsonl, or json',
      );
    return { format: settings.format, gzip: false };
  }
  checkInputName(settings.input);
  const named = inputKindOfName(settings.input);
  const format = settings.format ?? named?.format;
  if (format === undefined) {
    throw new SetUpError(
      `${settings.input}: its name does not tell its format (.csv, .tsv, .jsonl, .ndjson or .json, also with .gz): add --format`,
    );
  }
  return { format, gzip: isGzipName(settings.input) };
}

async function statInput(path: string) {
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw new SetUpError(`${path} is a folder; give a file`);
    await access(path, constants.R_OK);
    return inputStatOf(found);
  } catch (error) {
    if (error instanceof SetUpError) throw error;
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      const meant = await meantFile(path, (name) => inputKindOfName(name) !== undefined);
      throw new SetUpError(`${path}: there is no such file${meant}`);
    }
    throw new SetUpError(`${path} cannot be read (${String(code)})`);
  }
}

/** A bad row that the look has seen is refused now, before anything was called. */
function checkRows(settings: InputSettings, name: string, look: Look): void {
  const [bad] = look.unreadable;
  const inReach = bad !== undefined && bad.number <= (settings.limit ?? Number.POSITIVE_INFINITY);
  if (inReach && settings.badRows !== 'dead-letter') {
    const isOfCells = look.layout.format !== 'jsonl' && settings.badRows === 'stop';
    const fill = isOfCells ? ', or fill short ones with --bad-rows fill' : '';
    throw new SetUpError(
      `${name}, line ${bad.line} (row ${bad.number}): ${bad.problem}. Mend it, or put such rows aside with --bad-rows dead-letter${fill}`,
    );
  }
}

/**
 * Checks the columns that are to be sent, and those among which none may be where the answers would go.
 *
 * @throws SetUpError where a column is missing, or one is in the way.
 */
export function checkColumns(
  settings: InputSettings,
  { source: { name }, look }: InputPlan,
  inTheWay: readonly string[] = look.columns,
): void {
  const { columns } = look;
  const isKnown = look.rows.length > 0 || look.layout.format !== 'jsonl';
  const asked = settings.inputs?.map(({ column }) => column) ?? [];
  const missing = isKnown ? asked.filter((column) => !columns.includes(column)) : [];
  if (missing.length > 0) {
    throw new SetUpError(
      `--inputs: ${name} has ${noSuchColumns(missing, columns)}; it has ${shortened(columns.map(listedName))}`,
    );
  }
  if (settings.outputColumn !== undefined && inTheWay.includes(settings.outputColumn)) {
    throw new SetUpError(
      `${name} has a column ${shownName(settings.outputColumn)} already, where the answers would go; choose another name with --output-column, or fill its empty cells with --skip-filled`,
    );
  }
}
