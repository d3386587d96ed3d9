import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { temporaryFolder } from './temporary-folder.js';

/** Whether certificates can be made here. */
export const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

/** Paths of PEM files. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
  /** The certificate of the authority that vouches for it, for NODE_EXTRA_CA_CERTS. */
  readonly authority: string;
}

/** @param altNames for whom: `IP:127.0.0.1,DNS:localhost`. */
export async function certificateFor(altNames: string): Promise<Certificate> {
  const folder = await temporaryFolder();
  const at = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=own authority');
  const names = ['-addext', `subjectAltName=${altNames}`];
  openssl('req', ...key, '-keyout', 'own.key', '-out', 'own.csr', '-subj', '/CN=own', ...names);
  const signing = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-copy_extensions', 'copy'];
  openssl('x509', '-req', '-in', 'own.csr', ...signing, '-out', 'own.pem');
  return { certificate: at('own.pem'), key: at('own.key'), authority: at('ca.pem') };
}
