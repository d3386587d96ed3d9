import type { FileOptionTexts } from './enrich-options.js';

/** The options by which a run is watched from outside, as they were typed. */
export interface WatchOptionTexts {
  readonly metricsPort?: string;
  readonly metricsFile?: string;
  readonly alert?: readonly string[];
  readonly alertCommand?: readonly string[];
  readonly alertErrorRate?: string;
  readonly alertSlow?: string;
  readonly expect?: string;
  readonly alertStall?: string;
  readonly alertFinish?: boolean;
  readonly notify?: boolean;
  readonly log?: string;
  readonly logRows?: boolean;
}

/** The options about where a start has its keys and defaults from. */
export interface OriginOptionTexts {
  readonly envFile?: string;
  readonly profile?: string;
}

/** All that a start of a run was given, by the command line or by code, as it was typed. */
export type GivenOptions = FileOptionTexts & WatchOptionTexts & OriginOptionTexts;
