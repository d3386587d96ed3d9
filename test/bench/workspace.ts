import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a bench leaves behind if nobody cleans up: files and processes. */
export class Workspace {
  readonly #folder = mkdtempSync(join(tmpdir(), 'batchai-bench-'));
  readonly #children = new Set<ChildProcess>();

  path(name: string): string {
    return join(this.#folder, name);
  }

  /** Removes a run's output and all that lies beside it. */
  removeOutput(name: string): void {
    for (const suffix of ['', '.checkpoint', '.dead-letters.jsonl']) {
      rmSync(this.path(name + suffix), { recursive: true, force: true });
    }
  }

  adopt(child: ChildProcess): void {
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
  }

  endProcesses(): void {
    for (const child of this.#children) child.kill('SIGKILL');
  }

  /** Synchronous, so that it can be the last thing before the process ends. */
  remove(): void {
    this.endProcesses();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
