/** A request as it goes out, for people to read. */
export interface RequestDescription {
  readonly method: 'POST';
  readonly url: string;
  /** By name; the key is `***`. */
  readonly headers: Readonly<Record<string, string>>;
  /** As it is sent: JSON. */
  readonly body: string;
}

/** @param headers names and values in turn, the last value that of the Idempotency-Key, which each call sets. */
export function describeHeaders(headers: readonly string[]): Readonly<Record<string, string>> {
  const shown: Record<string, string> = {};
  for (let at = 0; at < headers.length; at += 2) shown[headers[at] ?? ''] = headers[at + 1] ?? '';
  shown['idempotency-key'] = '<run>-<row>';
  return shown;
}
