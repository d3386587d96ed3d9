import { access, constants, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type FileKind, type Format, isGzipName, type Layout } from '../rows/format.js';
import { checkDeadLettersName, outputFormatOf } from './file-names.js';
import type { InputPlan } from './plan-input.js';
import { SetUpError } from './set-up-error.js';
import type { RunSettings } from './settings.js';

export interface OutputPlan {
  /** A path, or undefined for standard output, which can be neither checkpointed nor resumed. */
  readonly path: string | undefined;
  readonly gzip: boolean;
  readonly layout: Layout;
  /** The checkpoint's folder; undefined for standard output. */
  readonly checkpoint: string | undefined;
  readonly deadLetters: string;
}

/** @throws SetUpError where the output cannot be written, or would overwrite what it must not. */
export async function decideOutput(settings: RunSettings, input: InputPlan): Promise<OutputPlan> {
  const inputKind: FileKind = { format: input.look.layout.format, gzip: isGzipName(settings.input) };
  const name = settings.output ?? defaultName(settings, inputKind);
  const format =
    settings.output === undefined || name === '-'
      ? (settings.outputFormat ?? inputKind.format)
      : outputFormatOf(name, settings.outputFormat, inputKind.format);
  const layout = outputLayout(format, input.look.layout);
  if (name === '-') {
    if (settings.deadLetters !== undefined) checkDeadLettersName(settings.deadLetters);
    const beside = settings.input === '-' ? 'batchai' : settings.input;
    return {
      path: undefined,
      gzip: false,
      layout,
      checkpoint: undefined,
      deadLetters: settings.deadLetters ?? `${beside}.dead-letters.jsonl`,
    };
  }
  const output: OutputPlan = {
    path: name,
    gzip: isGzipName(name),
    layout,
    checkpoint: settings.checkpoint ?? `${name}.checkpoint`,
    deadLetters: settings.deadLetters ?? `${name}.dead-letters.jsonl`,
  };
  await checkPlaces(settings, output, name);
  if (settings.deadLetters !== undefined) checkDeadLettersName(settings.deadLetters);
  return output;
}

/** `products.csv` becomes `products.enriched.csv`, beside it; what came from standard input goes to standard output. */
function defaultName(settings: RunSettings, kind: FileKind): string {
  if (settings.input === '-') return '-';
  const stem = basename(settings.input).replace(/(\.[a-z]+)?(\.gz)?$/i, '');
  const own =
    /\.[a-z]+(?=(\.gz)?$)/i.exec(basename(settings.input).replace(/\.gz$/i, ''))?.[0] ?? `.${kind.format}`;
  const extension = settings.outputFormat === undefined ? own : `.${settings.outputFormat}`;
  return join(dirname(settings.input), `${stem}.enriched${extension}${kind.gzip ? '.gz' : ''}`);
}

function outputLayout(format: Format, input: Layout): Layout {
  if (format === input.format) return input;
  const newline = format === 'jsonl' || input.format === 'jsonl' ? '\n' : input.newline;
  return { format, delimiter: format === 'tsv' ? '\t' : ',', newline };
}

async function checkPlaces(settings: RunSettings, output: OutputPlan, name: string): Promise<void> {
  const places: [string, string][] = [
    ['the input', settings.input],
    ['the output', name],
    ['the dead letters', output.deadLetters],
    ['the checkpoint', output.checkpoint ?? ''],
  ];
  const known = new Map<string, string>();
  for (const [what, path] of places) {
    if (path === '-' || path === '') continue;
    const real = await realPlace(path);
    const other = known.get(real);
    if (other !== undefined)
      throw new SetUpError(`${what} and ${other} are the same file, ${path}; choose another name`);
    known.set(real, what);
  }
  for (const path of [name, output.deadLetters]) await checkWritable(path);
  const checkpoint =
    output.checkpoint === undefined ? undefined : await stat(output.checkpoint).catch(() => undefined);
  if (checkpoint !== undefined && !checkpoint.isDirectory()) {
    throw new SetUpError(
      `${output.checkpoint} is to be the checkpoint's folder, but is a file; choose another with --checkpoint`,
    );
  }
}

/** Where a path leads, also where nothing is there yet. */
async function realPlace(path: string): Promise<string> {
  return realpath(path).catch(async () => {
    const folder = await realpath(dirname(path)).catch(() => resolve(dirname(path)));
    return join(folder, basename(path));
  });
}

async function checkWritable(path: string): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory()) throw new SetUpError(`${path} is a folder; give a file name`);
  if (there !== undefined && !there.isFile())
    throw new SetUpError(`${path} is not a plain file; use - for standard output`);
  const folder = dirname(path);
  const parent = await stat(folder).catch(() => undefined);
  if (!parent?.isDirectory()) throw new SetUpError(`${path} cannot be written: there is no folder ${folder}`);
  try {
    await access(folder, constants.W_OK);
  } catch {
    throw new SetUpError(`${path} cannot be written: the folder ${folder} is not writable`);
  }
}
