const MINUTE_MS = 60_000;

/** A point in time, and how it is to be written. */
export interface Moment {
  /** In ms since 1970. */
  readonly at: number;
  /** Its date and time of day, as the UTC fields of a Date: nothing of this machine's zone is in them. */
  readonly wall: Date;
  /** In minutes, to the east positive. */
  readonly offset: number;
  /** Of the zone, where a name was asked for. */
  readonly zone: string | undefined;
}

/**
 * Reads what a template has for a date: `now`, seconds since 1970, or a text that `Date.parse` of V8 knows. A text without
 * a zone means the same everywhere: it is taken for UTC.
 *
 * @param zone an IANA name, or minutes to the west as LiquidJS has them; undefined: the text's own, else UTC.
 * @returns undefined for a value that is not a date.
 * @throws RangeError for an unknown zone.
 */
export function momentOf(value: unknown, zone?: unknown): Moment | undefined {
  const read = readDate(value);
  if (read === undefined || Number.isNaN(read.at)) return undefined;
  const { at } = read;
  if (typeof zone === 'string') return moment(at, offsetIn(zone, at), zone);
  return moment(at, typeof zone === 'number' ? -zone : read.offset);
}

function moment(at: number, offset: number, zone?: string): Moment {
  return { at, wall: new Date(at + offset * MINUTE_MS), offset, zone };
}

interface ReadDate {
  readonly at: number;
  readonly offset: number;
}

function readDate(value: unknown): ReadDate | undefined {
  if (value === 'now' || value === 'today') return { at: Date.now(), offset: 0 };
  if (typeof value === 'number') return { at: value * 1000, offset: 0 };
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (/^\d+$/.test(text)) return { at: Number(text) * 1000, offset: 0 };
  const offset = offsetAtEnd(text);
  return offset === undefined ? { at: parsedAsUtc(text), offset: 0 } : { at: Date.parse(text), offset };
}

/** Of the names that V8 knows. (RFC 5322, 4.3) */
const NAMED_OFFSETS: Readonly<Record<string, number>> = {
  ...{ Z: 0, UT: 0, UTC: 0, GMT: 0 },
  ...{ EST: -300, EDT: -240, CST: -360, CDT: -300, MST: -420, MDT: -360, PST: -480, PDT: -420 },
};

/** Behind a time of day only: `01-02-2024` ends in a year. */
const ZONE = /:\d\d.*?(?:(Z|UTC?|GMT|[ECMP][SD]T)|([+-])(\d\d):?(\d\d))\s*(?:\([^)]*\))?$/i;

function offsetAtEnd(text: string): number | undefined {
  const [, name, sign, hours, minutes] = ZONE.exec(text.slice(-80)) ?? [];
  if (name !== undefined) return NAMED_OFFSETS[name.toUpperCase()];
  if (sign === undefined) return undefined;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

function parsedAsUtc(text: string): number {
  // Days and months alone are in UTC as they are. (ECMA-262, 21.4.1.32)
  if (/^\d{4}-\d\d(-\d\d)?$/.test(text)) return Date.parse(text);
  const inUtc = Date.parse(`${text}Z`);
  return Number.isNaN(inUtc) ? Date.parse(`${text} UTC`) : inUtc;
}

function offsetIn(zone: string, at: number): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    timeZoneName: 'longOffset',
  }).formatToParts(at);
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours, minutes] = /GMT([+-])(\d\d):(\d\d)/.exec(name) ?? [];
  return sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
