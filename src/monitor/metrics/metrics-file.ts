import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import type { Clock } from '../../limits/clock.js';
import type { JsonObject } from '../../rows/row.js';
import type { RunWatch } from '../run-watch.js';

/** Prometheus scrapes a node-exporter every 15 to 60 s. */
const EVERY_MS = 15_000;

export interface MetricsFileOptions {
  /** A node-exporter reads only names that end in `.prom`. */
  readonly path: string;
  /** Gives the present metrics. */
  readonly text: () => Promise<string>;
  readonly clock: Clock;
  /** Called when the file cannot be written, once until it can. */
  readonly note: (message: string) => void;
}

/**
 * Writes the metrics into a file, every 15 s and at the end: for runs that are over before Prometheus scrapes a port.
 * The file is replaced by a rename, so that a node-exporter never reads half of it. A failure is noted and does not stop
 * the run.
 */
export class MetricsFile implements RunWatch {
  #cancel = () => {};
  #writing: Promise<void> = Promise.resolve();
  #isFailing = false;
  readonly #beside: string;

  constructor(private readonly options: MetricsFileOptions) {
    this.#beside = `${options.path}.tmp-${randomUUID()}`;
  }

  started(): void {
    this.#write();
    this.#writeLater();
  }

  ended(_summary: JsonObject): void {
    this.#cancel();
  }

  /** Writes the final metrics. Never fails. */
  async close(): Promise<void> {
    this.#cancel();
    this.#cancel = () => {};
    this.#write();
    await this.#writing;
  }

  #writeLater(): void {
    this.#cancel = this.options.clock.after(EVERY_MS, () => {
      this.#write();
      this.#writeLater();
    });
  }

  /** Writes one after the other, because they share the temporary file. */
  #write(): void {
    this.#writing = this.#writing.then(() => this.#replace());
  }

  async #replace(): Promise<void> {
    const { path, text, note } = this.options;
    try {
      await writeWhole(this.#beside, await text());
      await rename(this.#beside, path);
      this.#isFailing = false;
    } catch (error) {
      await rm(this.#beside, { force: true }).catch(() => {});
      if (this.#isFailing) return;
      this.#isFailing = true;
      const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
      note(`--metrics-file: ${path} could not be written (${reason}); the run goes on without it`);
    }
  }
}

/** Not flushed to disk: after a power failure, metrics are of no use. */
async function writeWhole(path: string, text: string): Promise<void> {
  // The node-exporter is another user.
  const file = await open(path, 'w', 0o644);
  try {
    await file.writeFile(text);
  } finally {
    await file.close();
  }
}
