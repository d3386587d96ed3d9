import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Connection, ConnectionClosedError, type RequestBody } from '../../../src/fabric/http/connection.js';
import { NextTurn } from '../../../src/fabric/http/next-turn.js';
import { requestHead } from '../../../src/fabric/http/request-head.js';
import { UnreadableResponseError } from '../../../src/fabric/http/unreadable-response-error.js';
import { directConnector } from '../../../src/proxy/connectors.js';
import { until } from '../../support/until.js';

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

describe('a request', () => {
  it('is sent as it is, head and text, with as many bytes as it says', async () => {
    const service = await rawServer((socket) => socket.write(OK));
    const connection = service.connection();

    await post(connection, 'π and more', ['x-name', 'Zoë']);

    const sent = Buffer.concat(service.received).toString('latin1');
    const [head = '', body = ''] = sent.split('\r\n\r\n');
    expect(head.split('\r\n')).toEqual([
      'POST /v1/run?a=b HTTP/1.1',
      'host: service.example',
      'connection: keep-alive',
      'x-name: Zoë',
      'content-length: 11',
    ]);
    expect(Buffer.from(body, 'latin1').toString()).toBe('π and more');
  });

  it('is sent in parts where it has parts', async () => {
    const service = await rawServer((socket) => socket.write(OK));
    const parts = ['one, ', 'two', ' and three'].map((part) => Buffer.from(part));

    await post(service.connection(), { parts, bytes: 18 });

    expect(Buffer.concat(service.received).toString()).toMatch(
      /content-length: 18\r\n\r\none, two and three$/,
    );
  });

  it('uses the connection of the one before', async () => {
    const service = await rawServer((socket) => socket.write(OK));
    const connection = service.connection();

    expect([await post(connection, '1'), await post(connection, '2')]).toEqual(['200 ok', '200 ok']);
    expect(service.connections).toBe(1);
  });

  it('uses the connection of the one before where that was told to be sent only after its answer, as TLS does', async () => {
    const service = await rawServer((socket) => socket.write(OK));
    const connect = directConnector(5_000);
    const connection = service.connection((address, callback) => {
      connect(address, (...[error, socket]) => {
        if (error !== null) return callback(error, null);
        const write = socket._write.bind(socket);
        socket._write = (chunk, encoding, done) =>
          write(chunk, encoding, (failure) => socket.once('data', () => setImmediate(done, failure)));
        callback(null, socket);
      });
    });

    for (const body of ['1', '2', '3']) expect(await post(connection, body)).toBe('200 ok');
    expect(service.connections).toBe(1);
  });

  it('opens the connection anew where the service closed it meanwhile', async () => {
    const service = await rawServer((socket) => socket.end(OK));
    const connection = service.connection();

    await post(connection, '1');
    await until(() => !connection.isOpen(performance.now()));

    expect(await post(connection, '2')).toBe('200 ok');
    expect(service.connections).toBe(2);
  });

  it('opens the connection anew where its end came while the process was busy', async () => {
    let close = () => {};
    const service = await rawServer((socket) => {
      socket.write(OK);
      close = () => socket.end();
    });
    const connection = service.connection();
    await post(connection, '1');

    close();
    const later = performance.now() + 1_000;
    expect(connection.isOpen(later)).toBe(true);
    expect(await post(connection, '2', [], later)).toBe('200 ok');
    expect(service.connections).toBe(2);
  });

  it('opens the connection anew where its end came right behind an answer that did not announce it', async () => {
    const service = await rawServer((socket) => socket.end(OK));
    const connection = service.connection();

    for (const body of ['1', '2', '3']) expect(await post(connection, body)).toBe('200 ok');
    expect(service.connections).toBe(3);
  });

  it.each([
    ['what the service said', 'keep-alive: timeout=30\r\n', 28_000],
    ['the usual time', '', 4_000],
  ])('opens the connection anew after %s, a little early', async (_, field, afterMs) => {
    const service = await rawServer((socket) => socket.write(OK.replace('\r\n', `\r\n${field}`)));
    const connection = service.connection();
    await post(connection, '1');

    expect(connection.isOpen(performance.now() + afterMs - 1_000)).toBe(true);
    expect(connection.isOpen(performance.now() + afterMs)).toBe(false);
    await post(connection, '2', [], performance.now() + afterMs);
    expect(service.connections).toBe(2);
  });

  it('never gets an answer that was left from the one before', async () => {
    let calls = 0;
    const service = await rawServer((socket) => {
      calls++;
      socket.write(calls === 1 ? `${OK}HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nwrong` : OK);
    });
    const connection = service.connection();

    expect([await post(connection, '1'), await post(connection, '2')]).toEqual(['200 ok', '200 ok']);
    expect(service.connections).toBe(2);
  });

  it('never gets an answer that nobody asked for, right behind the one before', async () => {
    const service = await rawServer((socket) => {
      socket.write(OK);
      // The client has read the answer then, and makes its next request.
      setImmediate(() =>
        setImmediate(() => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nwrong')),
      );
    });
    const connection = service.connection();

    for (const body of ['1', '2', '3']) expect(await post(connection, body)).toBe('200 ok');
    expect(service.connections).toBe(3);
  });

  it('is refused before the service has read all of it; the rest does not go before the next one', async () => {
    let calls = 0;
    const service = await rawServer((socket) => {
      calls++;
      if (calls === 1) socket.pause();
      socket.write(calls === 1 ? OK.replace('200', '413') : OK);
    });
    const connection = service.connection();

    expect(await post(connection, 'x'.repeat(30_000_000))).toBe('413 ok');
    expect(await post(connection, '2')).toBe('200 ok');
    expect(service.connections).toBe(2);
  });

  it.each([
    ['closes the connection', (socket: Socket) => socket.end(), ConnectionClosedError],
    ['breaks the connection', (socket: Socket) => socket.resetAndDestroy(), Error],
    ['closes it in the midst', (socket: Socket) => socket.end(OK.slice(0, -1)), ConnectionClosedError],
    [
      'answers in another protocol',
      (socket: Socket) => socket.write('220 mail\r\n'),
      UnreadableResponseError,
    ],
  ])('fails where the service %s, once, and the next one is sent', async (_, answer, error) => {
    let calls = 0;
    const service = await rawServer((socket) => {
      if (++calls === 1) answer(socket);
      else socket.write(OK);
    });
    const connection = service.connection();

    await expect(post(connection, '1')).rejects.toThrow(error);
    expect(await post(connection, '2')).toBe('200 ok');
    expect(calls).toBe(2);
  });

  it('ends where it is aborted, before or after it went out, and the next one is sent', async () => {
    let answer = () => {};
    const service = await rawServer((socket) => {
      answer = () => socket.write(OK);
    });
    const connection = service.connection();
    const early = post(connection, '1');
    connection.abort(new Error('early'));
    await expect(early).rejects.toThrow('early');

    const late = post(connection, '2');
    await until(() => service.received.length > 0);
    connection.abort(new Error('late'));
    await expect(late).rejects.toThrow('late');

    const third = post(connection, '3');
    await until(() => service.received.length > 1);
    answer();
    expect(await third).toBe('200 ok');
  });
});

describe('a connection without a request', () => {
  it('is closed when the service soon closes it', async () => {
    const service = await rawServer((socket) => socket.write(OK));
    const connection = service.connection();
    await post(connection, '1');

    connection.rest(performance.now() + 1_000);
    expect(connection.isOpen(performance.now())).toBe(true);
    connection.rest(performance.now() + 10_000);
    expect(connection.isOpen(performance.now())).toBe(false);
  });

  it('is closed where the service says something that nobody asked for', async () => {
    let say = () => {};
    const service = await rawServer((socket) => {
      socket.write(OK);
      say = () => socket.write('HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n');
    });
    const connection = service.connection();
    await post(connection, '1');

    say();
    await until(() => !connection.isOpen(performance.now()));
    expect(await post(connection, '2')).toBe('200 ok');
  });
});

describe('a head', () => {
  it.each(['a\nb', 'a\r\nx-other: b', 'a\0b', 'π'])(
    'with the value %j is refused without its value',
    (value) => {
      const made = () => requestHead('/', 'service.example', ['x-name', value], 0);

      expect(made).toThrow(expect.objectContaining({ kind: 'misconfigured' }));
      expect(made).toThrow('the header x-name has a character that no header can have');
    },
  );

  it('with a path that ends early is refused', () => {
    expect(() => requestHead('/a b', 'service.example', [], 0)).toThrow('the address has a character');
  });

  it('has the host that is among its headers', () => {
    expect(requestHead('/', 'proxy.example', ['host', 'service.example'], 0)).toBe(
      'POST / HTTP/1.1\r\nconnection: keep-alive\r\nhost: service.example\r\ncontent-length: 0\r\n\r\n',
    );
  });
});

/** A server that answers each request, told by its head, in bytes of its own. */
async function rawServer(answer: (socket: Socket) => void) {
  const received: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      received.push(chunk);
      if (chunk.includes('POST ')) answer(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  const origin = `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
  return {
    received,
    get connections() {
      return sockets.size;
    },
    connection: (connect = directConnector(5_000)) => {
      const connection = new Connection({ origin, connect, turn: new NextTurn() });
      onTestFinished(() => connection.close(new Error('the test is over')));
      return connection;
    },
  };
}

/** The status and the body of the response. */
function post(
  connection: Connection,
  body: RequestBody,
  headers: readonly string[] = [],
  now = performance.now(),
): Promise<string> {
  const bytes = typeof body === 'string' ? Buffer.byteLength(body) : body.bytes;
  const head = requestHead('/v1/run?a=b', 'service.example', headers, bytes);
  let said = '';
  return new Promise((resolve, reject) => {
    const listener = {
      onSent: () => {},
      onHead: (status: number) => {
        said = `${status} `;
      },
      onBody: (chunk: Buffer) => {
        said += chunk.toString();
      },
      onEnd: () => resolve(said),
      onError: reject,
    };
    connection.send({ head, body }, listener, now);
  });
}
