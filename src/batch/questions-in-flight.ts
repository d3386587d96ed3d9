import type { RowResult } from '../fabric/row-result.js';
import type { Row } from '../rows/row.js';

/** A row that waits for the result of an equal one. */
export interface Follower {
  readonly row: Row;
  readonly resolve: (result: RowResult | Promise<RowResult>) => void;
  readonly reject: (error: unknown) => void;
}

/** A row in flight, with those that wait for it. */
export interface AskedQuestion {
  readonly row: number;
  readonly question: string;
  followers: Follower[] | undefined;
  /** The next one in the same place of each table. */
  nextOfQuestion: AskedQuestion | undefined;
  nextOfRow: AskedQuestion | undefined;
}

/** A window of 5,000 rows has one or two in a place. */
const PLACES = 4_096;

/**
 * The questions in flight, by their text and by the number of the row that asks. They come and go with each row: a Map
 * makes a new table of itself every few thousand rows, and since the old one, which points to the new one, is in the old
 * generation by then, it keeps all keys that there ever were alive, until that is collected. Here what goes is let go.
 */
export class QuestionsInFlight {
  readonly #byQuestion: (AskedQuestion | undefined)[] = new Array(PLACES).fill(undefined);
  readonly #byRow: (AskedQuestion | undefined)[] = new Array(PLACES).fill(undefined);

  find(question: string): AskedQuestion | undefined {
    let asked = this.#byQuestion[placeOf(question)];
    while (asked !== undefined && asked.question !== question) asked = asked.nextOfQuestion;
    return asked;
  }

  /** The question of a row in flight. */
  ofRow(row: number): string | undefined {
    let asked = this.#byRow[row % PLACES];
    while (asked !== undefined && asked.row !== row) asked = asked.nextOfRow;
    return asked?.question;
  }

  /** @param question not in flight. */
  add(row: number, question: string): void {
    const place = placeOf(question);
    const asked: AskedQuestion = {
      row,
      question,
      followers: undefined,
      nextOfQuestion: this.#byQuestion[place],
      nextOfRow: this.#byRow[row % PLACES],
    };
    this.#byQuestion[place] = asked;
    this.#byRow[row % PLACES] = asked;
  }

  /** Takes it out; undefined where it is not in flight. */
  take(question: string): AskedQuestion | undefined {
    const place = placeOf(question);
    let before: AskedQuestion | undefined;
    let asked = this.#byQuestion[place];
    while (asked !== undefined && asked.question !== question) {
      before = asked;
      asked = asked.nextOfQuestion;
    }
    if (asked === undefined) return undefined;
    if (before === undefined) this.#byQuestion[place] = asked.nextOfQuestion;
    else before.nextOfQuestion = asked.nextOfQuestion;
    this.#takeByRow(asked);
    // What went must not keep alive what came later.
    asked.nextOfQuestion = undefined;
    asked.nextOfRow = undefined;
    return asked;
  }

  #takeByRow(asked: AskedQuestion): void {
    const place = asked.row % PLACES;
    let before = this.#byRow[place];
    if (before === asked) {
      this.#byRow[place] = asked.nextOfRow;
      return;
    }
    while (before !== undefined && before.nextOfRow !== asked) before = before.nextOfRow;
    if (before !== undefined) before.nextOfRow = asked.nextOfRow;
  }
}

/** Questions are hashes: two of their characters are as good as any. */
function placeOf(question: string): number {
  return (((question.charCodeAt(0) & 63) << 6) | (question.charCodeAt(1) & 63)) % PLACES;
}
