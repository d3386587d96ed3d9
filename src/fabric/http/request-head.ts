import { CallError } from '../call-error.js';

/** Visible characters of ASCII, as a URL has them. */
const PATH = /^[\x21-\x7e]+$/;
/** RFC 9110, 5.5. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * The head of a POST (RFC 9112, 3), to be sent in Latin-1. `Host`, `Connection` and `Content-Length` are added.
 *
 * @param host with its port; a field `host` among the headers comes in its place
 * @param headers names and values in turn
 * @param bytes of the body
 * @throws CallError `misconfigured` for a character that would end a field; the message leaves the value out
 */
export function requestHead(path: string, host: string, headers: readonly string[], bytes: number): string {
  if (!PATH.test(path))
    throw new CallError('misconfigured', 'the address has a character that none can have');
  let fields = '';
  let hasHost = false;
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] ?? '';
    const value = headers[index + 1] ?? '';
    if (!VALUE.test(value))
      throw new CallError('misconfigured', `the header ${name} has a character that no header can have`);
    if (name === 'host') hasHost = true;
    fields += `${name}: ${value}\r\n`;
  }
  const ownHost = hasHost ? '' : `host: ${host}\r\n`;
  return `POST ${path} HTTP/1.1\r\n${ownHost}connection: keep-alive\r\n${fields}content-length: ${bytes}\r\n\r\n`;
}
