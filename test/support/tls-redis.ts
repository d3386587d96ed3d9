import { spawnSync } from 'node:child_process';
import { certificateFor, hasOpenssl } from './own-authority.js';
import { freePort, ownRedisForTest } from './redis-for-test.js';

/** Whether certificates can be made here, and Redis speaks TLS: one that does not knows no such option. */
export const hasTlsRedis =
  hasOpenssl &&
  /parsed into an integer/.test(
    spawnSync('redis-server', ['--tls-port', 'x'], { encoding: 'utf8' }).stderr ?? '',
  );

export interface TlsRedis {
  readonly port: number;
  /** The certificate of the authority that vouches for the server's, for NODE_EXTRA_CA_CERTS. */
  readonly authority: string;
}

/** A Redis behind TLS, with a certificate for certain names; it is stopped when the running test ends. */
export async function tlsRedisForTest(altNames = 'IP:127.0.0.1,DNS:localhost'): Promise<TlsRedis> {
  const { certificate, key, authority } = await certificateFor(altNames);
  const port = await freePort();
  const files = ['--tls-cert-file', certificate, '--tls-key-file', key];
  const noClientCertificates = ['--tls-ca-cert-file', authority, '--tls-auth-clients', 'no'];
  await ownRedisForTest(['--tls-port', `${port}`, ...files, ...noClientCertificates]);
  return { port, authority };
}
