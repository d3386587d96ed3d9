import { spawn } from 'node:child_process';
import type { JsonObject } from '../rows/row.js';
import { counted } from '../wording/wording.js';
import type { RunWatch, StopFacts } from './run-watch.js';
import { visibleText } from './visible-text.js';

/** The bell of a terminal; most mark the window or the tab as well. */
const BELL = '\u0007';

/** A program of a desktop that may take longer hangs. */
const LONGEST_MS = 3_000;

export interface EndNoticeOptions {
  /** A path; `-` for standard output. */
  readonly output: string;
  /** Where the bell rings, if it is a terminal. */
  readonly terminal: NodeJS.WritableStream & { readonly isTTY?: boolean };
  /** Of `notify-send`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Tells a person at this machine that a run has ended: by the bell of the terminal, and by `notify-send` on a desktop
 * that has it. Nothing of a row is in it, and where it does not work nobody is told.
 */
export class EndNotice implements RunWatch {
  #sent: Promise<void> | undefined;

  constructor(private readonly options: EndNoticeOptions) {}

  stopped({ kind }: StopFacts): void {
    this.#tell('stopped', `${this.options.output}: ${kind}`);
  }

  ended({ total, failed }: JsonObject): void {
    const failures = Number(failed) > 0 ? `, ${counted(Number(failed), 'row')} failed` : '';
    this.#tell('finished', `${this.options.output}: ${counted(Number(total), 'row')}${failures}`);
  }

  async close(): Promise<void> {
    await this.#sent;
  }

  /** What comes first counts: a stop is followed by the end. */
  #tell(what: 'finished' | 'stopped', about: string): void {
    if (this.#sent !== undefined) return;
    const { terminal, environment } = this.options;
    if (terminal.isTTY) terminal.write(BELL);
    this.#sent = notifySend(`batchai has ${what}`, visibleText(about), environment);
  }
}

/** Resolves when it is shown, or is not going to be. */
function notifySend(
  title: string,
  text: string,
  environment: EndNoticeOptions['environment'],
): Promise<void> {
  return new Promise((resolve) => {
    // The text is markup to many desktops. In a process group of its own, as Ctrl-C is to end only the run.
    const child = spawn('notify-send', ['--app-name=batchai', '--', title, escapeMarkup(text)], {
      ...{ stdio: 'ignore', detached: true, timeout: LONGEST_MS },
      env: { ...environment },
    });
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
}

function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
