import type { FinishedResult } from '../../fabric/row-result.js';
import type { StepOutcome } from '../../fabric/step-outcome.js';
import type { Row } from '../../rows/row.js';
import { closeAll } from '../close-all.js';
import type { RunStoreOptions } from '../store-options.js';
import { Journal } from './journal.js';
import {
  formatEntry,
  formatStep,
  type JournalEntry,
  parseEntry,
  resultOf,
  resultWithoutRow,
  type StepEntry,
} from './journal-entry.js';
import { textAnswerOfLine } from './journal-line.js';
import { type JournalLine, type JournalSegment, type LineBytes, readJournal } from './read-journal.js';
import { StepRecords } from './step-records.js';

/** Of a question in a memory, in bytes. */
const QUESTION_WEIGHT = 26;

/** Answers that rows may share have files of their own, which stay while the memory would have them. */
const SHARED = 'answers';

/** The names that the files of a run's journals begin with. */
export const JOURNALS = ['journal', SHARED] as const;

/** The journal of a run: results of rows, and steps on the way to them. */
export class RowJournal {
  private constructor(
    private readonly results: Journal,
    private readonly shared: Journal,
    /** By row: what was there when it was opened, and is not committed yet. */
    private readonly before: Map<number, JournalEntry>,
    private readonly steps: StepRecords,
    private readonly questionOf: (row: Row) => string,
  ) {}

  /** Reads what a journal holds of rows after the last committed one, and goes on with it. */
  static async open(
    folder: string,
    rowsCommitted: number,
    { memory, questionOf, onFailure }: Pick<RunStoreOptions, 'memory' | 'questionOf' | 'onFailure'>,
  ): Promise<RowJournal> {
    const before = new Map<number, JournalEntry>();
    const steps = new StepRecords();
    const take = (line: LineBytes): JournalLine | undefined => {
      const text = textAnswerOfLine(line);
      if (text !== undefined && text.row <= rowsCommitted) {
        memory?.restoreText(text.question, line.bytes, text.from, text.to);
        return { row: text.row, weight: QUESTION_WEIGHT + text.to - text.from };
      }
      const entry = parseEntry(line.bytes.toString('utf8', line.start, line.end));
      if (entry === undefined) return undefined;
      if ('step' in entry) {
        if (entry.row > rowsCommitted) steps.add(entry);
        return entry;
      }
      if (entry.row > rowsCommitted) before.set(entry.row, entry);
      if (entry.question === undefined) return entry;
      memory?.restore(entry.question, entry);
      return { row: entry.row, weight: weightOf('answer' in entry ? entry.answer : entry.failure) };
    };
    const oldResults: readonly JournalSegment[] = await readJournal(folder, take);
    const oldShared: readonly JournalSegment[] = await readJournal(folder, take, SHARED);
    const keptWeight = () => memory?.capacity ?? 0;
    const results = new Journal(folder, oldResults, onFailure);
    try {
      const shared = new Journal(folder, oldShared, onFailure, { name: SHARED, keptWeight });
      return new RowJournal(results, shared, before, steps, questionOf);
    } catch (error) {
      await results.close();
      throw error;
    }
  }

  /** The result of a row that is there from before. */
  find(row: Row): FinishedResult | undefined {
    if (this.before.size === 0) return undefined;
    const entry = this.before.get(row.number);
    return entry && resultOf(entry, row, this.questionOf);
  }

  /** All results that are there from before, without what their rows hold. */
  *earlier(): Generator<FinishedResult, void> {
    for (const entry of this.before.values()) yield resultWithoutRow(entry);
  }

  /** The steps that are there from before of rows without a result. */
  earlierSteps(): Generator<StepEntry, void> {
    return this.steps.without(this.before);
  }

  findStep(row: number, step: string): StepOutcome | undefined {
    return this.steps.find(row, step);
  }

  /** The steps of a row that are there from before, by name. */
  stepsOf(row: number): ReadonlyMap<string, StepOutcome> {
    return this.steps.of(row);
  }

  /** Resolves when no crash can lose the result, nor what was asked. */
  record(result: FinishedResult, question: string | undefined): Promise<void> {
    const line = formatEntry(result, question);
    const { number } = result.row;
    if (question === undefined) return this.results.append(line, number);
    return this.shared.append(
      line,
      number,
      weightOf(result.status === 'answered' ? result.answer : result.failure),
    );
  }

  recordStep(row: number, step: string, outcome: StepOutcome): Promise<void> {
    return this.results.append(formatStep({ row, step, outcome }), row);
  }

  /** The row is committed. */
  committed(row: number): void {
    if (this.before.size > 0) this.before.delete(row);
  }

  /** Everything up to this row is committed. */
  async dropUpTo(row: number): Promise<void> {
    await this.results.dropUpTo(row);
    await this.shared.dropUpTo(row);
  }

  async remove(): Promise<void> {
    await this.results.remove();
    await this.shared.remove();
  }

  async close(): Promise<void> {
    await closeAll([this.results, this.shared]);
  }
}

/** What it takes in a memory, in bytes, or a little less. */
function weightOf(result: unknown): number {
  const length = typeof result === 'string' ? result.length : JSON.stringify(result).length;
  return QUESTION_WEIGHT + length;
}
