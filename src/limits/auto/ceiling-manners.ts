import { SECOND } from '../durations.js';

/** A ceiling stands for so long, in ms: a refusal within it means a wrong ceiling, not a call too many. */
export const CEILING_LASTS_MS = 20 * SECOND;

/** How a known ceiling is treated. */
export interface CeilingManners {
  /** It is tested again after so long, in ms, and so many calls, at the cost of one refusal. */
  readonly lastsMs: number;
  readonly lastsCalls: number;
  /** The rate then creeps up by this share of the ceiling a second, for each window over which the service may count. */
  readonly creepPerSecond: readonly [number, number, number];
  /** The rate after a trial was accepted, as a share of the ceiling. */
  readonly returnShare: number;
  /** Whether the first refusal of all may be a single one. */
  readonly first: 'in-doubt' | 'told';
}

/** Where the rate is found from the start: it costs few refusals. */
export const FROM_THE_START: CeilingManners = {
  lastsMs: CEILING_LASTS_MS,
  lastsCalls: 300,
  creepPerSecond: [0.01, 0.005, 0.003],
  returnShare: 0.25,
  first: 'in-doubt',
};

/** Where refusals of several calls were all that told of a limit: if there is none, or a higher one, the rate is soon back. */
export const AFTER_REFUSALS: CeilingManners = {
  lastsMs: CEILING_LASTS_MS,
  lastsCalls: 20,
  creepPerSecond: [0.05, 0.05, 0.05],
  returnShare: 0.7,
  first: 'told',
};
