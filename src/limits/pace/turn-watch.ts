/** Measures how long calls wait for their turn. */
export interface TurnWatch {
  /** In ms, monotonic. */
  readonly now: () => number;
  /** Called for each call that had to wait, with the ms that it waited. */
  readonly waited: (ms: number) => void;
}

/** Reports the wait of a turn to `watch`. It adds no promise where the call need not wait or no watch is set. */
export function watchTurn(
  turn: Promise<void> | undefined,
  watch: TurnWatch | undefined,
): Promise<void> | undefined {
  if (turn === undefined || watch === undefined) return turn;
  const from = watch.now();
  return turn.then(() => watch.waited(watch.now() - from));
}
