import {
  isBeginningOfHead,
  type ResponseBody,
  type ResponseHead,
  type ResponseHeaders,
  readHead,
} from './response-head.js';
import { unreadable } from './unreadable-response-error.js';

/** Hears a response while it is read. */
export interface ResponseListener {
  onHead(status: number, headers: ResponseHeaders): void;
  onBody(chunk: Buffer): void;
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
    this.#beginBody(readHead(bytes.toString('latin1', 0, end)));
    return end + 4;
  }

  #beginBody({ status, headers, keepsAlive, idleMs, body }: ResponseHead): void {
    if (status < 200) {
      if (status === 101) throw unreadable('it switches to something else');
      if (++this.#interim > MAX_INTERIM) throw unreadable('it is only announced, again and again');
      return;
    }
    this.#keepsAlive = keepsAlive;
    this.#idleMs = idleMs;
    this.#state = bodyState(body);
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

function bodyState(body: ResponseBody): State {
  switch (body.ends) {
    case 'with-its-last-chunk':
      return { part: 'chunk-size' };
    case 'with-the-connection':
      return { part: 'body-until-close' };
    case 'by-its-length':
      return body.bytes === 0 ? { part: 'nothing' } : { part: 'body', left: body.bytes };
  }
}
