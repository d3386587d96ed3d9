import type { Moment } from './moment.js';

const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const DAY_MS = 24 * 60 * 60_000;

/** What is padded to which width, as LiquidJS and Ruby do it. */
const WIDTHS: Readonly<Record<string, number>> = {
  ...{ C: 2, d: 2, e: 2, H: 2, I: 2, j: 3, k: 2, l: 2, L: 3, m: 2, M: 2, S: 2, U: 2, W: 2, y: 2, Y: 4 },
};
const PADDED_WITH_BLANKS = 'aAbBceklpP';
/** The largest width: one from a row must not fill the memory. */
const MOST_PADDING = 1_000;

/**
 * Writes a date by a format of Liquid's `date`. LiquidJS' own reads dates off the machine's zone, and is an hour off
 * around each change to and from summer time there. (Codes and flags: ruby-doc.org, strftime_formatting)
 */
export function strftime(moment: Moment, format: string): string {
  return format.replace(
    /%([-_0^#:]*)(\d*)[EO]?(.)/gs,
    (whole, flags: string, width: string, code: string) => {
      const text = textOf(moment, code, flags, Number(width));
      return text === undefined ? whole : padded(cased(text, flags), code, flags, width);
    },
  );
}

function textOf(
  { at, wall, offset, zone }: Moment,
  code: string,
  flags: string,
  width: number,
): string | undefined {
  const hours = wall.getUTCHours();
  const year = wall.getUTCFullYear();
  switch (code) {
    case 'a':
      return DAYS[wall.getUTCDay()]?.slice(0, 3);
    case 'A':
      return DAYS[wall.getUTCDay()];
    case 'b':
    case 'h':
      return MONTHS[wall.getUTCMonth()]?.slice(0, 3);
    case 'B':
      return MONTHS[wall.getUTCMonth()];
    case 'c':
      return wall.toLocaleString('en-US', { timeZone: 'UTC' });
    case 'x':
      return wall.toLocaleDateString('en-US', { timeZone: 'UTC' });
    case 'X':
      return wall.toLocaleTimeString('en-US', { timeZone: 'UTC' });
    case 'C':
      return String(Math.floor(year / 100));
    case 'd':
    case 'e':
      return String(wall.getUTCDate());
    case 'H':
    case 'k':
      return String(hours);
    case 'I':
    case 'l':
      return String(hours % 12 || 12);
    case 'j':
      return String(dayOfYear(wall));
    case 'L':
      return String(wall.getUTCMilliseconds());
    case 'm':
      return String(wall.getUTCMonth() + 1);
    case 'M':
      return String(wall.getUTCMinutes());
    case 'N': {
      const digits = Math.min(width || 9, MOST_PADDING);
      return String(wall.getUTCMilliseconds()).padStart(3, '0').slice(0, digits).padEnd(digits, '0');
    }
    case 'p':
      return hours < 12 ? 'AM' : 'PM';
    case 'P':
      return hours < 12 ? 'am' : 'pm';
    case 'q':
      return ordinal(wall.getUTCDate());
    case 's':
      return String(Math.floor(at / 1000));
    case 'S':
      return String(wall.getUTCSeconds());
    case 'u':
      return String(wall.getUTCDay() || 7);
    case 'w':
      return String(wall.getUTCDay());
    case 'U':
      return String(weekOfYear(wall, 0));
    case 'W':
      return String(weekOfYear(wall, 1));
    case 'y':
      return String(((year % 100) + 100) % 100);
    case 'Y':
      return String(year);
    case 'z':
      return offsetText(offset, flags.includes(':'));
    case 'Z':
      return zone ?? offsetText(offset, flags.includes(':'));
    case 't':
      return '\t';
    case 'n':
      return '\n';
    case '%':
      return '%';
    default:
      return undefined;
  }
}

function cased(text: string, flags: string): string {
  if (flags.includes('^')) return text.toUpperCase();
  if (!flags.includes('#')) return text;
  return /[a-z]/.test(text) ? text.toUpperCase() : text.toLowerCase();
}

function padded(text: string, code: string, flags: string, width: string): string {
  const wanted = flags.includes('-') ? 0 : Math.min(Number(width) || WIDTHS[code] || 0, MOST_PADDING);
  const usual = PADDED_WITH_BLANKS.includes(code) ? ' ' : '0';
  const sign = flags.includes('_') ? ' ' : flags.includes('0') ? '0' : usual;
  if (sign === '0' && text.startsWith('-')) return `-${text.slice(1).padStart(wanted - 1, sign)}`;
  return text.padStart(wanted, sign);
}

function dayOfYear(wall: Date): number {
  const first = Date.UTC(2000, 0, 1);
  const start = new Date(first);
  start.setUTCFullYear(wall.getUTCFullYear());
  return Math.floor((wall.getTime() - start.getTime()) / DAY_MS) + 1;
}

/** Days before the year's first `startDay` are in week 0. */
function weekOfYear(wall: Date, startDay: number): number {
  const daysSinceStart = (wall.getUTCDay() - startDay + 7) % 7;
  return Math.floor((dayOfYear(wall) - 1 - daysSinceStart + 7) / 7);
}

function ordinal(day: number): string {
  if (day >= 11 && day <= 13) return 'th';
  return ['th', 'st', 'nd', 'rd'][day % 10] ?? 'th';
}

function offsetText(offset: number, hasColon: boolean): string {
  const minutes = Math.abs(offset);
  const [hh, mm] = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0'));
  return `${offset < 0 ? '-' : '+'}${hh}${hasColon ? ':' : ''}${mm}`;
}
