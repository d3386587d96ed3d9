import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { createServer } from 'node:tls';
import { onTestFinished } from 'vitest';
import { certificateFor } from './own-authority.js';

export interface TlsFront {
  readonly port: number;
  /** The certificate of the authority that vouches for it, for NODE_EXTRA_CA_CERTS. */
  readonly authority: string;
}

/** Speaks TLS as `service.test` for a server on the loopback interface; it is closed when the running test ends. */
export async function tlsFrontForTest(behindPort: number): Promise<TlsFront> {
  const { certificate, key, authority } = await certificateFor('DNS:service.test');
  const sockets = new Set<Socket>();
  const options = { cert: await readFile(certificate), key: await readFile(key) };
  const server = createServer(options, (socket) => {
    const behind = connect(behindPort, '127.0.0.1');
    sockets.add(socket).add(behind);
    pipeline(socket, behind, () => {});
    pipeline(behind, socket, () => {});
  });
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error(`wanted a port, got ${address}`);
  return { port: address.port, authority };
}
