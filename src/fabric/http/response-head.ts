import { unreadable } from './unreadable-response-error.js';

/** Names in lower case; a field that came several times has all its values. */
export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** How the end of a body is found (RFC 9112, 6.3). */
export type ResponseBody =
  | { readonly ends: 'by-its-length'; readonly bytes: number }
  | { readonly ends: 'with-its-last-chunk' }
  | { readonly ends: 'with-the-connection' };

export interface ResponseHead {
  readonly status: number;
  readonly headers: ResponseHeaders;
  /** Whether the other side takes another request after it. */
  readonly keepsAlive: boolean;
  /** How long the other side keeps the connection, in ms, where it says so. */
  readonly idleMs: number | undefined;
  readonly body: ResponseBody;
}

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: |$)/;
const FIELD_NAME = /^[!#$%&'*+.^`|~\w-]+$/;
/** All but the tab: some readers take a lone CR or LF for the end of a line. */
const CONTROL = /[^\t\x20-\x7e\x80-\xff]/;
const LENGTH = /^\d{1,15}$/;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * Reads the head of a response (RFC 9112, 4 and 5).
 *
 * @param text without the empty line at its end, from Latin-1
 * @throws UnreadableResponseError
 * @example
 * readHead('HTTP/1.1 200 OK\r\ncontent-length: 2').body; // { ends: 'by-its-length', bytes: 2 }
 */
export function readHead(text: string): ResponseHead {
  const [statusLine, lines] = linesOf(text);
  const [, minor, digits] = STATUS_LINE.exec(statusLine) ?? [];
  if (digits === undefined || CONTROL.test(statusLine)) throw unreadable('it is no HTTP/1.1');
  const status = Number(digits);
  const headers = headersOf(lines);
  const body = bodyOf(status, headers);
  const { connection } = headers;
  const isPersistent = minor === '1' ? !lists(connection, 'close') : lists(connection, 'keep-alive');
  return {
    status,
    headers,
    keepsAlive: isPersistent && body.ends !== 'with-the-connection',
    idleMs: idleMsOf(headers['keep-alive']),
    body,
  };
}

/** Whether the first line, as far as it came, may be a status line. */
export function isBeginningOfHead(bytes: Buffer): boolean {
  const end = bytes.indexOf(LINE_FEED);
  if (end !== -1)
    return STATUS_LINE.test(bytes.toString('latin1', 0, end - 1)) && bytes[end - 1] === CARRIAGE_RETURN;
  return 'HTTP/1.'.startsWith(bytes.toString('latin1', 0, 7));
}

/** A value may go on in the next line, behind a space (RFC 9112, 5.2). */
const FOLD = /\r\n[ \t]+/g;

/** The first line, which never goes on in the next one, and the fields. */
function linesOf(head: string): [string, string[]] {
  const end = head.indexOf('\r\n');
  if (end === -1) return [head, []];
  return [
    head.slice(0, end),
    head
      .slice(end + 2)
      .replace(FOLD, ' ')
      .split('\r\n'),
  ];
}

function bodyOf(status: number, headers: ResponseHeaders): ResponseBody {
  const coding = headers['transfer-encoding'];
  const length = headers['content-length'];
  if (status === 204 || status === 304) return { ends: 'by-its-length', bytes: 0 };
  if (coding !== undefined) {
    if (length !== undefined) throw unreadable('it has both a length and a transfer-encoding');
    // A gateway may repeat it.
    const [name = '', ...others] = [coding].flat().map((text) => text.toLowerCase());
    if (others.every((other) => other === name)) {
      if (name === 'chunked') return { ends: 'with-its-last-chunk' };
      if (name === 'identity') return { ends: 'with-the-connection' };
    }
    throw unreadable('its transfer-encoding was not asked for');
  }
  if (length === undefined) return { ends: 'with-the-connection' };
  // A gateway may repeat it.
  const [text = '', ...others] = [length].flat();
  if (!LENGTH.test(text) || others.some((other) => other !== text))
    throw unreadable('its content-length is no number of bytes');
  return { ends: 'by-its-length', bytes: Number(text) };
}

function headersOf(lines: readonly string[]): ResponseHeaders {
  // Without a prototype: `__proto__` is a name like any other.
  const headers: Record<string, string | string[]> = Object.create(null);
  for (const line of lines) {
    const colon = line.indexOf(':');
    const key = line.slice(0, Math.max(colon, 0)).toLowerCase();
    if (!FIELD_NAME.test(key)) throw unreadable('one of its header lines has no name');
    if (CONTROL.test(line)) throw unreadable('one of its header lines has a character that none can have');
    const value = line.slice(colon + 1).trim();
    const before = headers[key];
    headers[key] = before === undefined ? value : [before, value].flat();
  }
  return headers;
}

/** Whether a list (RFC 9110, 5.6.1) has a member, whatever its case. */
function lists(value: string | string[] | undefined, member: string): boolean {
  if (value === undefined) return false;
  return String(value)
    .split(',')
    .some((part) => part.trim().toLowerCase() === member);
}

/** `timeout=5, max=1000`: in seconds. */
function idleMsOf(value: string | string[] | undefined): number | undefined {
  if (value === undefined) return undefined;
  const [, seconds] = /(?:^|[,\s])timeout\s*=\s*(\d{1,9})(?:[,\s]|$)/i.exec(String(value)) ?? [];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}
