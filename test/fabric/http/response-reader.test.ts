import { once } from 'node:events';
import { type IncomingHttpHeaders, request } from 'node:http';
import { createServer } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { ResponseReader } from '../../../src/fabric/http/response-reader.js';
import { UnreadableResponseError } from '../../../src/fabric/http/unreadable-response-error.js';
import { seededRandom } from '../../support/seeded-random.js';

const CHUNKS_WITH_ALL =
  'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2;a="b;c"\r\nhe\r\n03 \r\nllo\r\n0;last\r\nx-checksum: 1\r\nx-more: 2\r\n\r\n';

describe('a response', () => {
  it.each([
    ['with a length', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'],
    ['in chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n'],
    ['in chunks with extensions and trailers', CHUNKS_WITH_ALL],
    [
      'behind early hints',
      'HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\nHTTP/1.1 200\r\ncontent-length: 5\r\n\r\nhello',
    ],
    [
      'that was announced for a long time',
      `${'HTTP/1.1 102 Processing\r\n\r\n'.repeat(20)}HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello`,
    ],
    ['behind an empty line', '\r\nHTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello'],
    [
      'whose coding is repeated',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
    ],
    [
      'in chunks with sizes of one length',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0000000000000005\r\nhello\r\n0000000000000000\r\n\r\n',
    ],
    ['whose length is repeated', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 5\r\n\r\nhello'],
  ])('%s is read the same wherever it is cut', (_, text) => {
    for (let at = 0; at <= text.length; at++) {
      const pieces = [text.slice(0, at), text.slice(at)].filter((piece) => piece !== '');
      expect(read(pieces)).toMatchObject({ status: 200, body: 'hello', whole: true, keepsAlive: true });
    }
    expect(read([...text])).toMatchObject({ status: 200, body: 'hello', whole: true });
  });

  it.each(['', 'transfer-encoding: identity\r\n'])(
    'without a length ends with its connection, and only then: %j',
    (field) => {
      const reader = new ResponseReader();
      const heard = listen(reader);

      expect(reader.read(Buffer.from(`HTTP/1.1 200 OK\r\n${field}\r\nhel`))).toBe(false);
      expect(reader.read(Buffer.from('lo'))).toBe(false);
      expect(reader.end()).toBe(true);
      expect(heard.body()).toBe('hello');
      expect(reader.keepsAlive).toBe(false);
    },
  );

  it.each([
    ['nothing of it came', ''],
    ['its head is cut', 'HTTP/1.1 200 OK\r\ncontent-le'],
    ['its body is cut', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhel'],
    ['its last chunk is missing', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n'],
  ])('is not whole where the connection ends and %s', (_, text) => {
    const reader = new ResponseReader();
    listen(reader);
    if (text !== '') expect(reader.read(Buffer.from(text))).toBe(false);

    expect(reader.end()).toBe(false);
  });

  it.each([204, 304])('of status %d has no body', (status) => {
    expect(read([`HTTP/1.1 ${status} X\r\ncontent-length: 5\r\n\r\n`])).toMatchObject({
      whole: true,
      body: '',
    });
  });

  it('has its fields in lower case, each value of one that is repeated, and those that go on in the next line', () => {
    const text =
      'HTTP/1.1 200 OK\r\nX-A: 1\r\nx-a:2 \r\nRetry-After:\t7\r\nX-B: a\r\n\t b\r\n__proto__: c\r\ncontent-length: 0\r\n\r\n';

    expect(read([text]).headers).toEqual({
      'x-a': ['1', '2'],
      'retry-after': '7',
      'x-b': 'a b',
      ['__proto__']: 'c',
      'content-length': '0',
    });
  });

  it('may have a long head', () => {
    const text = `HTTP/1.1 200 OK\r\nx-a: ${'b'.repeat(60_000)}\r\ncontent-length: 5\r\n\r\nhello`;

    // Many, so that the time-out of a test tells of a reader that goes through the head again and again.
    for (let nth = 0; nth < 20; nth++) expect(read([text]).body).toBe('hello');
  });

  it('may be followed by the next one, which is asked for', () => {
    const reader = new ResponseReader();
    const one = listen(reader);
    reader.read(Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n1'));
    const two = listen(reader);
    reader.read(Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n2'));

    expect([one.body(), two.body()]).toEqual(['1', '2']);
  });
});

describe('a connection', () => {
  it.each([
    ['HTTP/1.1 200 OK\r\n', true],
    ['HTTP/1.1 200 OK\r\nConnection: Keep-Alive\r\n', true],
    ['HTTP/1.1 200 OK\r\nConnection: foo, Close\r\n', false],
    ['HTTP/1.0 200 OK\r\n', false],
    ['HTTP/1.0 200 OK\r\nconnection: keep-alive\r\n', true],
  ])('of %j takes the next request: %s', (head, keepsAlive) => {
    expect(read([`${head}content-length: 0\r\n\r\n`]).keepsAlive).toBe(keepsAlive);
  });

  it('takes no more requests where more came than the answer: it would be taken for the next one', () => {
    const text =
      'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nworld';

    expect(read([text])).toMatchObject({ body: 'hello', whole: true, keepsAlive: false });
  });

  it.each([
    ['timeout=5', 5_000],
    ['max=100, timeout = 30', 30_000],
    ['max=100', undefined],
    ['timeout=soon', undefined],
  ])('with keep-alive: %s is kept for %s ms', (value, idleMs) => {
    expect(read([`HTTP/1.1 200 OK\r\nkeep-alive: ${value}\r\ncontent-length: 0\r\n\r\n`]).idleMs).toBe(
      idleMs,
    );
  });
});

describe('refused is', () => {
  const OK = 'HTTP/1.1 200 OK\r\n';
  it.each([
    ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['another version', 'HTTP/2 200\r\n\r\n'],
    ['a status that is none', 'HTTP/1.1 OK\r\n\r\n'],
    ['a switch of protocols', 'HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\n'],
    ['a line without a name', `${OK}: x\r\n\r\n`],
    ['a space before the colon', `${OK}content-length : 5\r\n\r\n`],
    ['a line without a colon', `${OK}hello\r\n\r\n`],
    ['a length that is none', `${OK}content-length: five\r\n\r\n`],
    ['a length with a sign', `${OK}content-length: +5\r\n\r\n`],
    ['two lengths', `${OK}content-length: 5\r\ncontent-length: 6\r\n\r\n`],
    ['two lengths in a list', `${OK}content-length: 5, 5\r\n\r\n`],
    ['a length beside no coding', `${OK}content-length: 5\r\ntransfer-encoding: identity\r\n\r\n`],
    ['two codings', `${OK}transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n\r\n`],
    ['a length beside chunks', `${OK}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n`],
    ['another coding', `${OK}transfer-encoding: gzip, chunked\r\n\r\n`],
    ['a chunk without a size', `${OK}transfer-encoding: chunked\r\n\r\nhello\r\n`],
    ['a chunk with a sign', `${OK}transfer-encoding: chunked\r\n\r\n+5\r\nhello\r\n`],
    [
      'a chunk that is longer than its size',
      `${OK}transfer-encoding: chunked\r\n\r\n4\r\nhello\r\n0\r\n\r\n`,
    ],
    ['a size without an end', `${OK}transfer-encoding: chunked\r\n\r\n5;${'x'.repeat(2_000)}`],
    ['a first line without an end', `HTTP/1.1 200 ${'x'.repeat(70_000)}`],
    ['a head without an end', `${OK}${'x-a: b\r\n'.repeat(9_000)}`],
    ['a line with a wrong end', 'HTTP/1.1 200 OK\ncontent-length: 5\n\nhello'],
    ['a lone LF in the first line', 'HTTP/1.1 200 OK\nx-a: b\r\ncontent-length: 0\r\n\r\n'],
    ['a lone LF in a field', `${OK}x-a: b\ncontent-length: 5\r\n\r\n`],
    ['a lone CR in a field', `${OK}x-a: b\rcontent-length: 5\r\n\r\n`],
    ['a field that goes on from the first line', `HTTP/1.1 200 OK\r\n content-length: 5\r\n\r\n`],
    ['a lone CR before it', '\rHTTP/1.1 200 OK\r\n\r\n'],
    ['announcements without an end', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(1_100)],
  ])('%s', (_, text) => {
    expect(() => read([text])).toThrow(UnreadableResponseError);
    if (text.length < 1_000) expect(() => read([...text])).toThrow(UnreadableResponseError);
  });

  it('what nobody asked for', () => {
    expect(() => new ResponseReader().read(Buffer.from('HTTP/1.1 408 Request Timeout\r\n\r\n'))).toThrow(
      UnreadableResponseError,
    );
  });
});

it('is read as Node reads it, whatever its form and wherever it is cut', async () => {
  const random = seededRandom(15);
  const texts = Array.from({ length: 200 }, () => someResponse(random));
  const byNode = await readByNode(texts);

  texts.forEach((text, index) => {
    const { status, headers, body } = read(cut(text, random));
    expect({ status, headers: { ...headers }, body }, text).toEqual(byNode[index]);
  });
});

interface Heard {
  readonly status: () => number;
  readonly headers: () => object;
  readonly body: () => string;
}

function listen(reader: ResponseReader): Heard {
  let status = 0;
  let headers = {};
  const chunks: Buffer[] = [];
  reader.begin({
    onHead: (told, fields) => {
      status = told;
      headers = { ...fields };
    },
    onBody: (chunk) => chunks.push(chunk),
  });
  return {
    status: () => status,
    headers: () => headers,
    body: () => Buffer.concat(chunks).toString('latin1'),
  };
}

/** Reads pieces, and the end of the connection where they end sooner than the response. */
function read(pieces: readonly string[]) {
  const reader = new ResponseReader();
  const heard = listen(reader);
  let whole = false;
  for (const piece of pieces) whole = reader.read(Buffer.from(piece, 'latin1'));
  if (!whole) whole = reader.end();
  const { keepsAlive, idleMs } = reader;
  return { status: heard.status(), headers: heard.headers(), body: heard.body(), whole, keepsAlive, idleMs };
}

/** A response as a server may send it, valid throughout. */
function someResponse(random: () => number): string {
  const pick = <T>(...of: readonly [T, ...T[]]): T => of[Math.floor(random() * of.length)] ?? of[0];
  const fields = Array.from(
    { length: Math.floor(random() * 5) },
    (_, index) =>
      `${pick('X-A', 'x-request-id', 'Server')}-${index}:${pick('', ' ', '\t ')}${pick('', 'a', 'a: b, c', '\xe9')}${pick('', ' ')}`,
  );
  const body = Array.from({ length: Math.floor(random() * 300) }, () =>
    pick('a', '\r\n', '0', '\xff', '{'),
  ).join('');
  const early = pick('', '', 'HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n');
  const status = pick(200, 200, 429, 503);
  const framed = pick(
    () => [`Content-Length: ${body.length}`, body],
    () => ['transfer-encoding: chunked', inChunks(body, random)],
    () => ['connection: close', body],
  )();
  const [framing = '', content = ''] = framed;
  return `${early}HTTP/1.1 ${status} ${pick('', 'Fine')}\r\n${[...fields, framing].join('\r\n')}\r\n\r\n${content}`;
}

function inChunks(body: string, random: () => number): string {
  const pieces = cut(body, random).map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`);
  return `${pieces.join('')}0\r\n${random() < 0.5 ? '' : 'x-sum: 1\r\n'}\r\n`;
}

function cut(text: string, random: () => number): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length; ) {
    const length = 1 + Math.floor(random() * random() * 60);
    pieces.push(text.slice(at, at + length));
    at += length;
  }
  return pieces;
}

/** What Node's own client makes of them, each on a connection of its own. */
async function readByNode(texts: readonly string[]) {
  const left = [...texts];
  const server = createServer((socket) => {
    socket.once('data', () => socket.end(left.shift() ?? '', 'latin1'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const seen: { status: number | undefined; headers: IncomingHttpHeaders; body: string }[] = [];
  for (const _ of texts) {
    const asked = request({ host: '127.0.0.1', port, method: 'POST', agent: false }).end();
    const [response] = await once(asked, 'response');
    const body = (await buffer(response)).toString('latin1');
    seen.push({ status: response.statusCode, headers: { ...response.headers }, body });
  }
  server.close();
  return seen;
}
