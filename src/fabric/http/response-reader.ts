/** Names in lower case; a field that came several times has all its values. */
export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** Hears a response while it is read. */
export interface ResponseListener {
  onHead(status: number, headers: ResponseHeaders): void;
  onBody(chunk: Buffer): void;
}

/** What came is no response of HTTP/1.1. */
export class UnreadableResponseError extends Error {
  override readonly name = 'UnreadableResponseError';
  readonly kind = 'unreadable-response';
}

/** What is read next of a response. */
type State =
  | { readonly part: 'head' }
  | { readonly part: 'body'; left: number }
  | { readonly part: 'body-until-close' }
  | { readonly part: 'chunk-size' }
  | { readonly part: 'chunk'; left: number }
  | { readonly part: 'chunk-end' }
  | { readonly part: 'trailers' }
  | { readonly part: 'nothing' };

/** Bytes of a head, and of a body's trailers; services send some 1 to 4 KiB. */
const MAX_HEAD_BYTES = 64 * 1024;
/** Bytes of the line before a chunk, with extensions that nobody uses. */
const MAX_LINE_BYTES = 1024;
/** Answers that only announce the real one; some services send `102 Processing` every second until then. */
const MAX_INTERIM = 1_000;

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: |$)/;
const FIELD_NAME = /^[!#$%&'*+.^`|~\w-]+$/;
/** All but the tab: some readers take a lone CR or LF for the end of a line. */
const CONTROL = /[^\t\x20-\x7e\x80-\xff]/;
const LENGTH = /^\d{1,15}$/;
/** Up to 4 GiB, with zeros before it; what follows a semicolon has no meaning to us. */
const CHUNK_SIZE = /^0*([\da-f]{1,8})[ \t]*(?:;.*)?$/i;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * Reads the responses of one HTTP/1.1 connection, one after another, as they come from the socket (RFC 9112).
 *
 * It is strict: what could be read in two ways is refused, for the answer of one row must never be taken for
 * another's. Bodies are handed on as they came, without a copy.
 *
 * @example
 * const reader = new ResponseReader();
 * reader.begin({ onHead: (status) => statuses.push(status), onBody: (chunk) => chunks.push(chunk) });
 * reader.read(Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}')); // true: it is whole
 */
export class ResponseReader {
  #state: State = { part: 'nothing' };
  #listener: ResponseListener | undefined;
  /** The beginning of a line or head whose end has not come. */
  #beginning: Buffer | undefined;
  #interim = 0;
  #keepsAlive = false;
  #idleMs: number | undefined;

  /** Whether the other side takes another request after the response that was read. */
  get keepsAlive(): boolean {
    return this.#keepsAlive;
  }

  /** How long the other side keeps the connection, in ms, where the last response said so. */
  get idleMs(): number | undefined {
    return this.#idleMs;
  }

  /** A request goes out: its response is read next. */
  begin(listener: ResponseListener): void {
    this.#listener = listener;
    this.#state = { part: 'head' };
    this.#beginning = undefined;
    this.#interim = 0;
    this.#keepsAlive = false;
    this.#idleMs = undefined;
  }

  /**
   * Reads on.
   *
   * @returns whether the response is whole; what comes behind it is dropped, and the connection takes no more requests
   * @throws UnreadableResponseError for what is no response, or comes where none was asked for
   */
  read(chunk: Buffer): boolean {
    let bytes = this.#beginning === undefined ? chunk : Buffer.concat([this.#beginning, chunk]);
    this.#beginning = undefined;
    while (bytes.length > 0) {
      const taken = this.#take(bytes, this.#state);
      if (taken === 0) {
        this.#beginning = bytes;
        return false;
      }
      bytes = bytes.subarray(taken);
      if (this.#state.part === 'nothing') {
        if (bytes.length > 0) this.#keepsAlive = false;
        this.#listener = undefined;
        return true;
      }
    }
    return false;
  }

  /**
   * The other side closed the connection.
   *
   * @returns whether that makes the response whole: it has no length but the connection's
   */
  end(): boolean {
    if (this.#state.part !== 'body-until-close') return false;
    this.#state = { part: 'nothing' };
    this.#listener = undefined;
    return true;
  }

  /** The bytes that were used up; 0: the part is not whole. */
  #take(bytes: Buffer, state: State): number {
    switch (state.part) {
      case 'nothing':
        throw unreadable('nothing was asked');
      case 'head':
        return this.#takeHead(bytes);
      case 'body':
        return this.#takeBody(bytes, state, { part: 'nothing' });
      case 'body-until-close':
        this.#listener?.onBody(bytes);
        return bytes.length;
      case 'chunk-size':
        return this.#takeChunkSize(bytes);
      case 'chunk':
        return this.#takeBody(bytes, state, { part: 'chunk-end' });
      case 'chunk-end':
        return this.#takeEmptyLine(bytes, { part: 'chunk-size' });
      case 'trailers':
        return this.#takeTrailer(bytes);
    }
  }

  #takeHead(bytes: Buffer): number {
    // Behind the body of the answer before it, whose length does not count it.
    if (bytes[0] === CARRIAGE_RETURN) return this.#takeEmptyLine(bytes, { part: 'head' });
    const end = bytes.indexOf('\r\n\r\n');
    if (end === -1) {
      // A server that speaks something else need not send the end of a head: its first line tells.
      if (!isBeginningOfHead(bytes)) throw unreadable('it is no HTTP/1.1');
      if (bytes.length > MAX_HEAD_BYTES) throw unreadable('its head is too long');
      return 0;
    }
    if (end > MAX_HEAD_BYTES) throw unreadable('its head is too long');
    const [statusLine, lines] = linesOf(bytes.toString('latin1', 0, end));
    const [, minor, digits] = STATUS_LINE.exec(statusLine) ?? [];
    if (digits === undefined || CONTROL.test(statusLine)) throw unreadable('it is no HTTP/1.1');
    this.#beginBody(Number(digits), minor === '1', headersOf(lines));
    return end + 4;
  }

  #beginBody(status: number, isPersistent: boolean, headers: ResponseHeaders): void {
    if (status < 200) {
      if (status === 101) throw unreadable('it switches to something else');
      if (++this.#interim > MAX_INTERIM) throw unreadable('it is only announced, again and again');
      return;
    }
    this.#keepsAlive = isPersistent
      ? !lists(headers.connection, 'close')
      : lists(headers.connection, 'keep-alive');
    this.#idleMs = idleMsOf(headers['keep-alive']);
    this.#state = bodyState(status, headers);
    if (this.#state.part === 'body-until-close') this.#keepsAlive = false;
    this.#listener?.onHead(status, headers);
  }

  #takeBody(bytes: Buffer, state: { left: number }, next: State): number {
    const taken = Math.min(state.left, bytes.length);
    state.left -= taken;
    if (state.left === 0) this.#state = next;
    this.#listener?.onBody(taken === bytes.length ? bytes : bytes.subarray(0, taken));
    return taken;
  }

  #takeChunkSize(bytes: Buffer): number {
    const line = lineOf(bytes, MAX_LINE_BYTES);
    if (line === undefined) return 0;
    const [, digits] = CHUNK_SIZE.exec(line) ?? [];
    if (digits === undefined) throw unreadable('one of its chunks has no size');
    const left = Number.parseInt(digits, 16);
    this.#state = left === 0 ? { part: 'trailers' } : { part: 'chunk', left };
    return line.length + 2;
  }

  #takeEmptyLine(bytes: Buffer, next: State): number {
    if (lineOf(bytes, 0) === undefined) return 0;
    this.#state = next;
    return 2;
  }

  /** Fields behind a body are not for us. */
  #takeTrailer(bytes: Buffer): number {
    const line = lineOf(bytes, MAX_HEAD_BYTES);
    if (line === undefined) return 0;
    if (line === '') this.#state = { part: 'nothing' };
    return line.length + 2;
  }
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

/** How the end of a body is found (RFC 9112, 6.3). */
function bodyState(status: number, headers: ResponseHeaders): State {
  const coding = headers['transfer-encoding'];
  const length = headers['content-length'];
  if (status === 204 || status === 304) return { part: 'nothing' };
  if (coding !== undefined) {
    if (length !== undefined) throw unreadable('it has both a length and a transfer-encoding');
    // A gateway may repeat it.
    const [name = '', ...others] = [coding].flat().map((text) => text.toLowerCase());
    if (others.every((other) => other === name)) {
      if (name === 'chunked') return { part: 'chunk-size' };
      if (name === 'identity') return { part: 'body-until-close' };
    }
    throw unreadable('its transfer-encoding was not asked for');
  }
  if (length === undefined) return { part: 'body-until-close' };
  // A gateway may repeat it.
  const [text = '', ...others] = [length].flat();
  if (!LENGTH.test(text) || others.some((other) => other !== text))
    throw unreadable('its content-length is no number of bytes');
  const left = Number(text);
  return left === 0 ? { part: 'nothing' } : { part: 'body', left };
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

/** The first line, without its end; undefined where that has not come. */
function lineOf(bytes: Buffer, maxBytes: number): string | undefined {
  const end = bytes.indexOf(LINE_FEED);
  const length = end === -1 ? bytes.length : end - 1;
  if (length > Math.max(maxBytes, 1) || (end !== -1 && length > maxBytes))
    throw unreadable('one of its lines is too long');
  if (end === -1) return undefined;
  const line = bytes.toString('latin1', 0, end);
  if (!line.endsWith('\r')) throw unreadable('one of its lines has a wrong end');
  return line.slice(0, -1);
}

/** Whether the first line, as far as it came, may be a status line. */
function isBeginningOfHead(bytes: Buffer): boolean {
  const end = bytes.indexOf(LINE_FEED);
  if (end !== -1) return STATUS_LINE.test(bytes.toString('latin1', 0, end - 1)) && bytes[end - 1] === 0x0d;
  return 'HTTP/1.'.startsWith(bytes.toString('latin1', 0, 7)) && bytes.length <= MAX_HEAD_BYTES;
}

function unreadable(why: string): UnreadableResponseError {
  return new UnreadableResponseError(`the answer cannot be read: ${why}`);
}
