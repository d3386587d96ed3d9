import { visibleText } from '../../monitor/visible-text.js';

/** Reads a status and formats it. */
export interface StatusView<T> {
  look(): Promise<T>;
  /** True if the status is final. */
  isOver(status: T): boolean;
  /** Lines, each with its end. */
  text(status: T): string;
  /** The same in one line, without its end. */
  line(status: T): string;
  json(status: T): object;
}

export interface WatchPlace {
  readonly form: 'json' | 'screen' | 'lines';
  readonly write: (text: string) => void;
  /** Of the terminal, in characters. */
  readonly size: () => { readonly columns: number; readonly rows: number };
  /** Resolves after `ms`, or as soon as the watch is ended. */
  readonly wait: (ms: number) => Promise<void>;
  readonly isEnded: () => boolean;
  /** Interval between two looks, in ms. */
  readonly everyMs: number;
}

/** Interval between lines in a log, in looks. */
const LOOKS_A_LINE = 10;

/** Shows the status at each interval until it is final, or until `isEnded` is true. */
export async function watchStatus<T>(view: StatusView<T>, place: WatchPlace): Promise<void> {
  const { form, write, size, wait, isEnded, everyMs } = place;
  if (form === 'screen') write(CLEAR);
  for (let looks = 0; !isEnded(); looks++) {
    const status = await view.look();
    const isOver = view.isOver(status);
    if (form === 'json') write(visibleText(`${JSON.stringify(view.json(status))}\n`));
    else if (form === 'screen') write(frame(visibleText(view.text(status)), size()));
    else if (isOver) write(visibleText(view.text(status)));
    else if (looks % LOOKS_A_LINE === 0) write(visibleText(`${view.line(status)}\n`));
    if (isOver) return;
    await wait(everyMs);
  }
}

const CLEAR = '\x1b[2J';
const HOME = '\x1b[H';
const CLEAR_LINE = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';

/** Drawn over the one before, so that nothing flickers; no line is so long that it would wrap. */
function frame(text: string, { columns, rows }: ReturnType<WatchPlace['size']>): string {
  const lines = text
    .trimEnd()
    .split('\n')
    .slice(0, Math.max(1, rows - 1))
    .map((line) => (line.length < columns ? line : `${line.slice(0, Math.max(0, columns - 2))}…`));
  return `${HOME}${lines.map((line) => `${line}${CLEAR_LINE}\n`).join('')}${CLEAR_BELOW}`;
}
