import type { TokenUsage } from '../fabric.js';

/** More than the context of any model, in tokens, and more than any call costs, in USD. */
const MOST_TOKENS = 10_000_000;
const MOST_CHARGED = 100;

/** A figure of a service that no call can have. */
export interface AbsurdFigure {
  /** What it counts, as in "tokens of prompt". */
  readonly figure: string;
  readonly value: number;
  /** What it was taken for. */
  readonly most: number;
}

/** A call's usage, with impossible figures cut to their bounds; `absurd` is called for each of them. */
export function credibleUsage(usage: TokenUsage, absurd: (figure: AbsurdFigure) => void): TokenUsage {
  if (isCredible(usage)) return usage;
  const within = (value: number, most: number, figure: string): number => {
    const taken = value >= 0 ? Math.min(value, most) : 0;
    if (taken !== value) absurd({ figure, value, most: taken });
    return taken;
  };
  const { cached, written, writtenForHour, charged, chargedByGateway } = usage;
  const input = within(usage.input, MOST_TOKENS, 'tokens of prompt');
  const ofPrompt = (tokens: number | undefined, figure: string) =>
    tokens === undefined ? undefined : within(tokens, input, figure);
  const money = (amount: number | undefined) =>
    amount === undefined ? undefined : within(amount, MOST_CHARGED, 'USD');
  return {
    ...usage,
    input,
    output: within(usage.output, MOST_TOKENS, 'tokens of answer'),
    ...given('cached', ofPrompt(cached, 'cached tokens')),
    ...given('written', ofPrompt(written, 'tokens written to the cache')),
    ...given('writtenForHour', ofPrompt(writtenForHour, 'tokens written to the cache')),
    ...given('charged', money(charged)),
    ...given('chargedByGateway', money(chargedByGateway)),
  };
}

/** Asked once a call: no object is made where all is well. */
function isCredible({ input, output, cached, written, writtenForHour, ...money }: TokenUsage): boolean {
  return (
    isBetween(input, MOST_TOKENS) &&
    isBetween(output, MOST_TOKENS) &&
    isBetween(cached ?? 0, input) &&
    isBetween(written ?? 0, input) &&
    isBetween(writtenForHour ?? 0, input) &&
    isBetween(money.charged ?? 0, MOST_CHARGED) &&
    isBetween(money.chargedByGateway ?? 0, MOST_CHARGED)
  );
}

function isBetween(value: number, most: number): boolean {
  return value >= 0 && value <= most;
}

function given<Name extends string>(name: Name, value: number | undefined): { [name in Name]?: number } {
  return value === undefined ? {} : ({ [name]: value } as { [name in Name]: number });
}
