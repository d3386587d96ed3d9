const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const TO_LINE_START = '\u001b[1G';
const CLEAR_BELOW = '\u001b[J';

/** A stream that tells when the size of its terminal changes. */
export type TerminalStream = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** Brings back the cursor that a line has hidden, where a process leaves without ending the line. */
export function showCursor(stream: TerminalStream): void {
  if (stream.isTTY) stream.write(SHOW_CURSOR);
}

/**
 * The last line of a terminal, drawn over the one before it. Between two drawings the cursor stands at its beginning: in
 * a window that has become narrower the old line takes several, and the new one begins where that began, and clears
 * all of it. A message that is written there in the meantime pushes the line down.
 */
export class LiveLine {
  readonly #onResize: () => void;

  constructor(
    private readonly stream: TerminalStream,
    private readonly textFor: (columns: number) => string,
  ) {
    this.#onResize = () => this.draw();
    stream.on('resize', this.#onResize);
    stream.write(HIDE_CURSOR);
    this.draw();
  }

  draw(): void {
    const { columns = 80 } = this.stream;
    this.stream.write(`${TO_LINE_START}${this.textFor(columns)}${CLEAR_BELOW}${TO_LINE_START}`);
  }

  /** Leaves nothing of it. */
  end(): void {
    this.stream.off('resize', this.#onResize);
    this.stream.write(`${SHOW_CURSOR}${TO_LINE_START}${CLEAR_BELOW}`);
  }
}
