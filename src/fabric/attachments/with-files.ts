import { CallError } from '../call-error.js';
import type { Fabric, FabricCall } from '../fabric.js';
import { layerOver } from '../layer.js';
import type { Attachment, LinkedFile } from './attachment.js';
import type { ByteRoom } from './byte-room.js';
import { FileProblem } from './file-bytes.js';
import { base64Length, type FileRules, megabytes } from './file-rules.js';
import type { FileSource } from './file-source.js';
import { kindOf } from './media-type.js';
import { type FilePlaces, type NamedFile, namedFiles } from './named-files.js';
import { readAttachment, refusal, type Shrinker } from './read-attachment.js';

export interface FileOptions {
  readonly places: FilePlaces;
  readonly rules: FileRules;
  /** The most base64 in memory at a time, over all calls. */
  readonly room: ByteRoom;
  readonly source: FileSource;
  readonly shrinker: Shrinker | undefined;
}

/**
 * The layer that reads the files that a row names, when its call starts, and lets go of them when it ends. It stands
 * inside the retries, so that a row that waits before another attempt holds none, and outside of the limiter, so that
 * a call with a turn goes out at once.
 *
 * `run` throws a CallError `unprocessable` or `too-large` where a file is missing, or none that the service takes.
 *
 * @example
 * const fabric = withFiles(limited(client, limiter), { places, rules, room, source, shrinker: undefined });
 */
export function withFiles(next: Fabric, options: FileOptions): Fabric {
  return layerOver(next, async (call) => {
    const loaded = await loadFiles(call, options);
    if (loaded === undefined) return next.run(call);
    call.files = loaded.files;
    try {
      return await next.run(call);
    } catch (error) {
      throw withoutQueries(error, loaded.files);
    } finally {
      call.files = undefined;
      loaded.release();
    }
  });
}

/** Reads the files of a row, and keeps them until what is done with them is done. */
export function withLoadedFiles(options: FileOptions) {
  return async <T>(
    row: Pick<FabricCall, 'row' | 'inputs' | 'attached'>,
    use: (files: readonly Attachment[]) => T,
  ): Promise<T> => {
    const loaded = await loadFiles(row, options);
    try {
      return use(loaded?.files ?? []);
    } finally {
      loaded?.release();
    }
  };
}

interface LoadedFiles {
  readonly files: readonly Attachment[];
  /** Gives the room back that they take. */
  readonly release: () => void;
}

/**
 * Reads the files of a row, once there is room for them.
 *
 * @returns undefined where it names none.
 * @throws CallError
 */
async function loadFiles(
  { row, inputs, attached }: Pick<FabricCall, 'row' | 'inputs' | 'attached'>,
  options: FileOptions,
): Promise<LoadedFiles | undefined> {
  const { places, rules, room, shrinker, source } = options;
  const named = namedFiles(inputs, places);
  if (named.length === 0) return undefined;
  const sized = await Promise.all(named.map((file) => sizeOf(file, row, options)));
  const all = sized.reduce((sum, { base64 }) => sum + base64, 0);
  // What is made smaller is known only afterwards.
  if (shrinker === undefined) checkTogether(all, rules);
  await room.take(all);
  try {
    const files: Attachment[] = [];
    for (const { file, bytes: expected } of sized) {
      if (file.kind === 'link') files.push(file);
      else {
        const read = await readAttachment(file, expected, { rules, source, row, shrinker });
        // The question was told by what it held then: its answer would be kept for another content.
        if (attached !== undefined && !attached.includes(read.sha256))
          throw refusal(file, 'unprocessable', 'it was changed while the run went on; try the row again');
        files.push(read);
      }
    }
    checkTogether(
      files.reduce((sum, file) => sum + (file.kind === 'file' ? file.base64.length : 0), 0),
      rules,
    );
    return { files, release: () => room.giveBack(all) };
  } catch (error) {
    room.giveBack(all);
    throw error;
  }
}

interface SizedFile {
  readonly file: NamedFile | LinkedFile;
  readonly bytes: number;
  readonly base64: number;
}

async function sizeOf(
  file: NamedFile | LinkedFile,
  row: number,
  { rules, source }: FileOptions,
): Promise<SizedFile> {
  if (file.kind === 'link') {
    checkLink(file, rules);
    return { file, bytes: 0, base64: 0 };
  }
  try {
    const bytes = await source.sizeOf(file, row);
    return { file, bytes, base64: base64Length(bytes) };
  } catch (error) {
    if (error instanceof FileProblem) throw refusal(file, 'unprocessable', error.message);
    throw error;
  }
}

/** Where its ending says nothing, a picture is meant. */
function checkLink({ url, type }: LinkedFile, { service, links }: FileRules): void {
  const kind = kindOf(type ?? 'image/jpeg');
  if (links.includes(kind)) return;
  throw new CallError(
    'unprocessable',
    `${withoutQuery(url)}: ${service} fetches no ${kind} by its URL: give the path of a file`,
  );
}

/** Services repeat in their messages what they could not fetch. */
function withoutQueries(error: unknown, files: readonly Attachment[]): unknown {
  if (!(error instanceof CallError)) return error;
  const message = files.reduce((text, file) => {
    if (file.kind === 'file') return text;
    const { search } = new URL(file.url);
    return search === '' ? text : text.replaceAll(file.url, withoutQuery(file.url)).replaceAll(search, '');
  }, error.message);
  return message === error.message ? error : new CallError(error.kind, message, error.details);
}

/** A query may hold a signature. */
function withoutQuery(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

function checkTogether(base64: number, { mostTogether, service }: FileRules): void {
  if (mostTogether === undefined || base64 <= mostTogether) return;
  throw new CallError(
    'too-large',
    `the row's files have ${megabytes(base64)} in base64 together, and ${service} takes ${megabytes(mostTogether)} at most`,
  );
}
