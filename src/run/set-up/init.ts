import { stat, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, isAbsolute, join, relative, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { listPriceOf } from '../../fabric/price/price-list.js';
import { didYouMean } from '../../fabric/prompt/nearest-name.js';
import { isGzipName } from '../../rows/format.js';
import type { Look } from '../../rows/look.js';
import { rowObject } from '../../rows/row-encoder.js';
import { decideInput } from '../plan/input.js';
import type { Environment } from '../settings/environment.js';
import { OptionError } from '../settings/option-parsers.js';
import { SetUpError } from '../settings/set-up-error.js';
import { draftFabric } from './draft-fabric.js';
import type { DraftColumns } from './prompt-lines.js';
import { baseUrlOf, STARTING_POINTS, type StartingPoint } from './starting-points.js';

/** A file of rows for which a fabric file is to be written. */
export interface DraftInput {
  readonly path: string;
  readonly columns: DraftColumns;
}

/**
 * Looks at the header and the first rows of a file.
 *
 * @throws SetUpError, InputError
 */
export async function inputForDraft(path: string, standardInput: Readable): Promise<DraftInput> {
  if (path === '-') throw new SetUpError('init looks at a file of rows: standard input is gone afterwards');
  const { look } = await decideInput({ input: path, badRows: 'dead-letter' }, standardInput);
  return { path, columns: draftColumns(look) };
}

function draftColumns({ columns, odd, rows }: Look): DraftColumns {
  const filled = new Set<string>();
  for (const row of rows) {
    const object = rowObject(row, columns);
    for (const name of columns) if (!isEmpty(object[name])) filled.add(name);
  }
  return {
    names: columns,
    unusable: new Set(odd.map(({ column }) => column)),
    empty: new Set(rows.length === 0 ? [] : columns.filter((name) => !filled.has(name))),
  };
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

/** `reviews.yaml`, beside `reviews.csv`. */
export function fabricFileFor(input: string): string {
  const name = isGzipName(input) ? input.replace(/\.gz$/i, '') : input;
  return join(dirname(name), `${basename(name, extname(name))}.yaml`);
}

/** @throws SetUpError where there is a file of that name, which is left as it is. */
export async function checkFree(path: string): Promise<void> {
  if (!/\.ya?ml$/i.test(path))
    throw new SetUpError(`${path}: a fabric file's name ends in .yaml; give another one with -o`);
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  if (isThere) throw taken(path);
}

function taken(path: string): SetUpError {
  return new SetUpError(`${path} exists and is left as it is; give another name with -o`);
}

/** @throws OptionError where there is no such provider. */
export function startingPoint(name: string): StartingPoint {
  const found = STARTING_POINTS.find((point) => point.name === name);
  if (found !== undefined) return found;
  const names = STARTING_POINTS.map((point) => point.name);
  throw new OptionError(`--provider: wanted ${names.join(', ')}, got "${name}"${didYouMean(name, names)}`);
}

/** The first provider whose key is in the environment, or else the first. */
export function likelyPoint(environment: Environment): StartingPoint {
  const [first] = STARTING_POINTS;
  const found = STARTING_POINTS.find(({ keyEnv }) => keyEnv !== undefined && environment[keyEnv]);
  const likely = found ?? first;
  if (likely === undefined) throw new Error('there is no provider');
  return likely;
}

/** A server on this machine answers at once, or not at all. */
const SERVER_MS = 1_000;

/** The models that a server of one's own has loaded, the first first; none where it does not run. */
export async function modelsOfServer(point: StartingPoint, waitMs = SERVER_MS): Promise<readonly string[]> {
  if (point.place !== 'own server' || point.baseUrl === undefined) return [];
  try {
    const response = await fetch(`${point.baseUrl}/models`, { signal: AbortSignal.timeout(waitMs) });
    const body: unknown = await response.json();
    return typeof body === 'object' && body !== null && 'data' in body && Array.isArray(body.data)
      ? body.data.flatMap((model: unknown) => nameOf(model))
      : [];
  } catch {
    return [];
  }
}

function nameOf(model: unknown): string[] {
  return typeof model === 'object' && model !== null && 'id' in model && typeof model.id === 'string'
    ? [model.id]
    : [];
}

/** All that was decided about a fabric file that is to be written. */
export interface FabricFileDraft {
  readonly input: DraftInput;
  /** Where it goes. */
  readonly path: string;
  readonly point: StartingPoint;
  /** A model's name, a fabric's id, or the path of a .gguf file as seen from here. */
  readonly model: string;
  readonly task: string | undefined;
  /** The path of the JSON schema of fabric files. */
  readonly schema: string;
}

/**
 * Writes the fabric file, and nothing over another file.
 *
 * @throws SetUpError, OptionError
 */
export async function writeFabricFile(draft: FabricFileDraft, wallNow: () => number): Promise<void> {
  const { input, path, point, task, schema } = draft;
  const model = point.provider === 'llama' ? seenFrom(path, gguf(draft.model)) : draft.model;
  const text = draftFabric({
    point,
    model,
    input: basename(input.path),
    columns: input.columns,
    task,
    price: await listedPrice(point, model, wallNow),
    schema: seenFrom(path, schema),
  });
  try {
    await writeFile(path, text, { flag: 'wx' });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'EEXIST') throw taken(path);
    throw new SetUpError(`${path} cannot be written (${code || String(error)}); give another place with -o`);
  }
}

function gguf(path: string): string {
  if (/\.gguf$/i.test(path)) return path;
  throw new OptionError(`--model: wanted the path of a .gguf file, got "${path}"`);
}

/** A path as seen from a file's folder; one outside of it from the root of the disk, which holds wherever it is moved. */
function seenFrom(file: string, path: string): string {
  const way = relative(dirname(resolve(file)), resolve(path));
  const shown = way.startsWith('..') || isAbsolute(way) ? resolve(path) : way;
  return shown.replaceAll('\\', '/');
}

async function listedPrice(point: StartingPoint, model: string, wallNow: () => number) {
  const baseUrl = baseUrlOf(point);
  const { provider } = point;
  if (baseUrl === undefined || provider === 'promptha' || provider === 'llama') return undefined;
  const texts = { prompt: '', partials: {}, parameters: {}, onTruncate: 'fail', limits: {} } as const;
  const { known } = await listPriceOf({ provider, name: model, model, baseUrl, ...texts }, wallNow);
  return known?.isGuess ? undefined : known?.price;
}
