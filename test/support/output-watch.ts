import type { Readable } from 'node:stream';

/** Collects what a program writes, and tells when a certain text was among it. */
export class OutputWatch {
  text = '';
  #ended = false;
  readonly #checks = new Set<() => void>();

  constructor(stream: Readable) {
    stream.setEncoding('utf8');
    stream.on('data', (piece: string) => {
      this.text += piece;
      this.#check();
    });
    stream.once('close', () => {
      this.#ended = true;
      this.#check();
    });
  }

  includes(wanted: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = () => {
        if (this.text.includes(wanted)) resolve();
        else if (this.#ended) reject(new Error(`the output ended without "${wanted}":\n${this.text}`));
        else return;
        this.#checks.delete(check);
      };
      this.#checks.add(check);
      check();
    });
  }

  #check(): void {
    for (const check of this.#checks) check();
  }
}
