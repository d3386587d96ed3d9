import type { Usage } from '../measured-process.js';
import { megabytes, seconds, type Table, whole } from '../tables.js';
import type { Look } from './look.js';

const HEADER = ['', 'time', 'CPU time', 'rows/s', 'rows/CPU s', 'peak memory', 'read', 'written'];

/** What a process did between two looks at it. */
export interface MeasuredPart {
  readonly from: Look;
  readonly to: Look;
  readonly rows: number;
}

export const cpuMsOf = ({ from, to }: MeasuredPart): number => to.cpuMs - from.cpuMs;

/** The steps of a measurement, each a line that is also printed as soon as it is known: the whole takes its time. */
export class Steps {
  readonly #rows: string[][] = [];

  get table(): Table {
    return { header: HEADER, rows: this.#rows };
  }

  /** A whole process. */
  process(
    what: string,
    { wallMs, cpuMs, peakRssBytes, readBytes, writtenBytes }: Usage,
    rows?: number,
  ): void {
    const ofFiles = [readBytes, writtenBytes].map((bytes) => (bytes === undefined ? '' : megabytes(bytes)));
    this.#add([what, ...times(wallMs, cpuMs, rows), megabytes(peakRssBytes), ...ofFiles]);
  }

  /** A part of a process that goes on. */
  part(what: string, part: MeasuredPart): void {
    const { from, to, rows } = part;
    this.#add([what, ...times(to.at - from.at, cpuMsOf(part), rows), megabytes(to.peakRssBytes)]);
  }

  figure(what: string, figure: string): void {
    this.#add([what, figure]);
  }

  #add(row: string[]): void {
    this.#rows.push(row);
    console.log(row.filter((cell) => cell !== '').join(' | '));
  }
}

function times(wallMs: number, cpuMs: number, rows: number | undefined): string[] {
  const rates = [wallMs, cpuMs].map((ms) => (rows === undefined ? '' : whole((rows * 1_000) / ms)));
  return [seconds(wallMs), seconds(cpuMs), ...rates];
}
