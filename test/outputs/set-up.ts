import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { virtualEnvironment } from '../support/virtual-environment.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The Python that has the readers; null where they can't be had. */
    readersPython: string | null;
  }
}

/** Vitest's global set-up: has the readers installed, or says in one line what is left out and why. */
export default function setUp(project: TestProject): () => void {
  const requirements = fileURLToPath(new URL('requirements.txt', import.meta.url));
  const found = virtualEnvironment('readers', requirements);
  project.provide('readersPython', found.kind === 'ready' ? `${found.bin}/python` : null);
  const miller = spawnSync('mlr', ['--version']);
  return () => {
    if (found.kind === 'ready') found.remove();
    else console.log(`left out: the tests that read outputs back (${found.why})`);
    if (miller.error !== undefined)
      console.log('left out: reading outputs back by Miller (mlr is not installed)');
  };
}
