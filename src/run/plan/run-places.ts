import { dirname, join } from 'node:path';
import type { Place } from '../places/places.js';
import { type CallPlan, type FabricCalls, fabricsOf } from './call-plan.js';

/** Where a command's rows come from and go. */
export interface RowPlaces {
  /** Undefined: a stream, as of the next two. */
  readonly input: string | undefined;
  readonly output: string | undefined;
  readonly checkpoint: string | undefined;
  readonly deadLetters: string;
  /** A folder; undefined: there is none. */
  readonly cache?: string | undefined;
}

/** All files that a run or a retry writes, and those that it reads. */
export function placesOfRun(rows: RowPlaces, calls: CallPlan): Place[] {
  return [...placesOfRows(rows), ...placesOfCalls(calls)];
}

export function placesOfRows({ input, output, checkpoint, deadLetters, cache }: RowPlaces): Place[] {
  const places: (Omit<Place, 'path'> & { path: string | undefined })[] = [
    { what: 'the input', path: input, use: 'read' },
    { what: 'the output', path: output, use: 'written' },
    { what: 'the dead letters', path: deadLetters, use: 'written' },
    { what: 'the checkpoint', path: checkpoint, use: 'folder' },
    { what: 'the cache', path: cache, use: 'cache' },
  ];
  return places.flatMap(({ path, ...place }) => (path === undefined ? [] : [{ ...place, path }]));
}

function placesOfCalls(calls: CallPlan): Place[] {
  const score = calls.tiers?.score;
  const scorer = score?.kind === 'module' ? [reads('the module of --score', score.path)] : [];
  return [...fabricsOf(calls).flatMap(placesOfFabric), ...scorer];
}

function placesOfFabric({ fabric }: FabricCalls): Place[] {
  const { kind, text } = fabric.source;
  if (kind === 'name') return [];
  const definition = fabric.kind === 'local' ? undefined : fabric.definition;
  const included =
    definition !== undefined && 'partials' in definition ? Object.keys(definition.partials) : [];
  return [
    reads('the fabric file', text),
    ...included.map((name) => reads('a file that the fabric includes', join(dirname(text), name))),
    ...(definition?.provider === 'llama' ? [reads("the fabric's model", definition.model)] : []),
  ];
}

function reads(what: string, path: string): Place {
  return { what, path, use: 'read' };
}
