/** One item of a RateLimit field. */
export interface RateLimitItem {
  /** The unit that is counted: `requests`, unless its policy names another. */
  readonly unit: string;
  readonly remaining: number;
  readonly resetMs: number;
}

/**
 * The items of a `RateLimit` field that say how much is left until when: `"burst";r=50;t=30, "day";r=900;t=3600`
 * (draft-ietf-httpapi-ratelimit-headers-08 and later), or `limit=100, remaining=50, reset=5` (draft 07). What
 * they count stands in the policy of the same name in `RateLimit-Policy`: `"burst";q=100;w=60;qu="tokens"`.
 */
export function readRateLimitField(text: string, policies: string): RateLimitItem[] {
  const units = new Map<string, string>();
  for (const { name, parameters } of itemsOf(policies)) {
    const unit = parameters.get('qu');
    if (unit !== undefined) units.set(name, unit);
  }
  const items = itemsOf(text).flatMap(({ name, parameters }) => {
    const unit = parameters.get('qu') ?? units.get(name) ?? 'requests';
    return itemOf(unit, parameters.get('r'), parameters.get('t'));
  });
  return items.length > 0 ? items : itemOf('requests', member(text, 'remaining'), member(text, 'reset'));
}

function itemOf(unit: string, remaining: string | undefined, seconds: string | undefined): RateLimitItem[] {
  if (!/^\d+$/.test(remaining ?? '') || !/^\d+$/.test(seconds ?? '')) return [];
  return [{ unit, remaining: Number(remaining), resetMs: Number(seconds) * 1_000 }];
}

/** A list of strings or tokens with parameters (RFC 9651, section 3.1). A string may hold any character. */
function itemsOf(text: string): { name: string; parameters: ReadonlyMap<string, string> }[] {
  const items = text.match(/(?:"(?:[^"\\]|\\.)*"|[^",])+/g) ?? [];
  return items.map((item) => {
    const [name = '', ...parameters] = item.match(/(?:"(?:[^"\\]|\\.)*"|[^";])+/g) ?? [];
    return { name: unquoted(name), parameters: new Map(parameters.map(parameterOf)) };
  });
}

function parameterOf(text: string): [string, string] {
  const equals = text.indexOf('=');
  return equals === -1 ? [text.trim(), ''] : [text.slice(0, equals).trim(), unquoted(text.slice(equals + 1))];
}

function unquoted(text: string): string {
  const trimmed = text.trim();
  return trimmed.startsWith('"') ? trimmed.slice(1, -1) : trimmed;
}

function member(text: string, name: string): string | undefined {
  return new RegExp(`(?:^|,)\\s*${name}=(\\d+)`).exec(text)?.[1];
}
