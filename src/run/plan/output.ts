import { access, constants, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { behindLinks } from '../../checkpoint/behind-links.js';
import { checkpointFolder, usualDeadLetters } from '../../checkpoint/folder.js';
import { type FileKind, type Format, isGzipName, type Layout } from '../../rows/format.js';
import type { Quoting } from '../../rows/quoting.js';
import { checkDeadLettersName, outputFormatOf } from '../places/file-names.js';
import { checkPlacesApart } from '../places/places.js';
import { SetUpError } from '../settings/set-up-error.js';
import type { RunSettings } from '../settings/settings.js';
import type { InputPlan } from './input.js';
import { placesOfRows } from './run-places.js';
import { quotingOf } from './written-as.js';

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
  if (settings.escapeFormulas && format === 'jsonl') {
    throw new SetUpError(
      '--escape-formulas is for CSV and TSV, which spreadsheets open; the output is JSONL: leave it out',
    );
  }
  const layout = outputLayout(format, input.look.layout, quotingOf(settings));
  if (name === '-') {
    const beside = settings.input === '-' ? 'batchai' : settings.input;
    const deadLetters = settings.deadLetters ?? usualDeadLetters(beside);
    const streamed: OutputPlan = { path: undefined, gzip: false, layout, checkpoint: undefined, deadLetters };
    await checkPlacesApart(placesOfRows({ ...streamed, output: undefined, input: input.source.path }));
    await checkWritable(deadLetters);
    if (settings.deadLetters !== undefined) checkDeadLettersName(settings.deadLetters);
    return streamed;
  }
  const output: OutputPlan = {
    path: name,
    gzip: isGzipName(name),
    layout,
    checkpoint: checkpointFolder(name, settings.checkpoint),
    deadLetters: settings.deadLetters ?? usualDeadLetters(name),
  };
  await checkPlacesApart(placesOfRows({ ...output, output: name, input: input.source.path }));
  for (const path of [name, output.deadLetters]) await checkWritable(path);
  if (settings.deadLetters !== undefined) checkDeadLettersName(settings.deadLetters);
  return output;
}

/** `products.csv` becomes `products.enriched.csv`, beside it; what came from standard input goes to standard output. */
function defaultName(settings: RunSettings, kind: FileKind): string {
  if (settings.input === '-') return '-';
  const stem = basename(settings.input).replace(/(\.[a-z]+)?(\.gz)?$/i, '');
  const own = /\.[a-z]+(?=(\.gz)?$)/i.exec(basename(settings.input).replace(/\.gz$/i, ''))?.[0];
  // One array is read, but lines are written.
  const usual = own === undefined || own.toLowerCase() === '.json' ? `.${kind.format}` : own;
  const extension = settings.outputFormat === undefined ? usual : `.${settings.outputFormat}`;
  return join(dirname(settings.input), `${stem}.enriched${extension}${kind.gzip ? '.gz' : ''}`);
}

function outputLayout(
  format: Format,
  { framing: _framing, ...input }: Layout,
  quoting: Quoting | undefined,
): Layout {
  if (format === input.format) return input;
  const newline = format === 'jsonl' || input.format === 'jsonl' ? '\n' : input.newline;
  return {
    format,
    delimiter: format === 'tsv' ? '\t' : ',',
    newline,
    ...(quoting === undefined || format === 'jsonl' ? {} : { quoting }),
  };
}

async function checkWritable(path: string): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory()) throw new SetUpError(`${path} is a folder; give a file name`);
  if (there !== undefined && !there.isFile())
    throw new SetUpError(`${path} is not a plain file; use - for standard output`);
  const folder = dirname(await behindLinks(path));
  const parent = await stat(folder).catch(() => undefined);
  if (!parent?.isDirectory()) throw new SetUpError(`${path} cannot be written: there is no folder ${folder}`);
  try {
    await access(folder, constants.W_OK);
  } catch {
    throw new SetUpError(`${path} cannot be written: the folder ${folder} is not writable`);
  }
}
