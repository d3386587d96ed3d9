import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { freePort, redisForTest } from './redis-for-test.js';
import { temporaryFolder } from './temporary-folder.js';

/** Whether certificates can be made here, and Redis speaks TLS: one that does not knows no such option. */
export const hasTlsRedis =
  spawnSync('openssl', ['version']).status === 0 &&
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
  const folder = await temporaryFolder();
  const at = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=own authority');
  const names = ['-addext', `subjectAltName=${altNames}`];
  openssl('req', ...key, '-keyout', 'redis.key', '-out', 'redis.csr', '-subj', '/CN=redis', ...names);
  const signing = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-copy_extensions', 'copy'];
  openssl('x509', '-req', '-in', 'redis.csr', ...signing, '-out', 'redis.pem');
  const port = await freePort();
  const files = ['--tls-cert-file', at('redis.pem'), '--tls-key-file', at('redis.key')];
  const noClientCertificates = ['--tls-ca-cert-file', at('ca.pem'), '--tls-auth-clients', 'no'];
  await redisForTest(['--tls-port', `${port}`, ...files, ...noClientCertificates]);
  return { port, authority: at('ca.pem') };
}
