/** Hears how long each call waited that did not have its turn at once, in ms. */
export interface TurnWatch {
  readonly now: () => number;
  readonly waited: (ms: number) => void;
}

/** A turn whose wait is told. It adds no promise where nobody has to wait, or nobody wants to know. */
export function watchTurn(
  turn: Promise<void> | undefined,
  watch: TurnWatch | undefined,
): Promise<void> | undefined {
  if (turn === undefined || watch === undefined) return turn;
  const from = watch.now();
  return turn.then(() => watch.waited(watch.now() - from));
}
