import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { virtualEnvironment } from '../support/virtual-environment.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder with the commands of the real servers; null where they can't be had. */
    realServers: string | null;
  }
}

/** Vitest's global set-up: has the servers installed, or says in one line why the tests are left out. */
export default function setUp(project: TestProject): () => void {
  const requirements = fileURLToPath(new URL('requirements.txt', import.meta.url));
  const found = virtualEnvironment('servers', requirements);
  project.provide('realServers', found.kind === 'ready' ? found.bin : null);
  return () => {
    if (found.kind === 'ready') found.remove();
    else console.log(`left out: the tests with real servers (${found.why})`);
  };
}
