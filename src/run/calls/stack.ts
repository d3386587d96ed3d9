import type { Fabric } from '../../fabric/fabric.js';
import type { Holdups } from '../../monitor/live-counts.js';
import type { FabricCalls } from '../plan/call-plan.js';
import type { CallPlaces } from './place-calls.js';

/** The layers around the calls of one fabric, and the places for them. */
export interface Stack {
  readonly fabric: Fabric;
  readonly places: CallPlaces;
  /** Calls that have gone out and have not come back. */
  inFlight(): number;
  holdups(): Holdups;
  /** From now on, so many calls may be in the air. Whoever has more starts the rows that may use them. */
  resize(calls: number): void;
}

/** Tells a fabric's calls from those of others in the same run; empty for the first tier. */
export function nameOfStack(by: number | 'judge'): string {
  if (by === 'judge') return '-judge';
  return by === 0 ? '' : `-tier${by}`;
}

/** How one fabric's layers differ from another's. */
export interface StackOptions {
  /** As `nameOfStack` makes it. */
  readonly name: string;
  /** What becomes of an answer that is not of the fabric's schema. */
  readonly invalidAnswers: 'repaired' | 'failed';
}

/** Makes the layers of one fabric. */
export type StackMaker = (calls: FabricCalls, options: StackOptions) => Promise<Stack>;
