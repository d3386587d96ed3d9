import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasShell } from '../support/shell-terminal.js';
import { REPOSITORY } from '../support/start-batchai.js';

describe('a terminal that nobody has given a size', () => {
  it.skipIf(!hasShell('bash'))('is taken for one of 80 columns', () => {
    const command = `"${process.execPath}" "${join(REPOSITORY, 'bin/batchai.js')}" clean --help`;

    const { stdout } = spawnSync('script', ['-qefc', command, '/dev/null'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });

    expect(stdout).toContain('Remove the checkpoints of runs');
  });
});
