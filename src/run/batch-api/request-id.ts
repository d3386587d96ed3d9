/**
 * The id of a row's request: `1f2e3d4c-7-1201-k9x2c1`, of the run, the shard, the row, and the CRC-32 of the row's text.
 * It is all that comes back with an answer, so it tells whose answer it is, and to which text of the row: an input may
 * be mended while its run is interrupted. Services take at most 64 of `A-Z a-z 0-9 _ -`.
 */
export interface RequestId {
  readonly run: string;
  readonly shard: number;
  readonly row: number;
  /** CRC-32 of the row's text. */
  readonly crc: number;
}

export function formatRequestId({ run, shard, row, crc }: RequestId): string {
  return `${run}-${shard}-${row}-${crc.toString(36)}`;
}

/** Undefined for an id that is none of ours. */
export function parseRequestId(text: string): RequestId | undefined {
  const [, run, shard, row, crc] = /^([0-9a-f]{8})-(\d{1,9})-(\d{1,15})-([0-9a-z]{1,7})$/.exec(text) ?? [];
  if (run === undefined || crc === undefined) return undefined;
  return { run, shard: Number(shard), row: Number(row), crc: Number.parseInt(crc, 36) };
}

/** The tag of a shard at its service: in its metadata, and in the name of its file. */
export function tagOf(run: string, shard: number): string {
  return `bai-${run}-${shard}`;
}

/** What tells a run from others in tags and ids: 8 hexadecimal digits of its UUID. */
export function runMark(runId: string): string {
  return runId.replaceAll('-', '').slice(0, 8).toLowerCase();
}

/**
 * Finds the request's id in its line, with the quotes around it. Inside of JSON strings quotes are escaped, so no text
 * of a row is taken for it.
 */
export function idPattern(run: string): RegExp {
  return new RegExp(`"(${run}-\\d+-\\d+-[0-9a-z]+)"`);
}

/** The same request in another shard. */
export function lineOfShard(line: string, id: RequestId, shard: number): string {
  return line.replace(`"${formatRequestId(id)}"`, () => `"${formatRequestId({ ...id, shard })}"`);
}
