import { readFileSync } from 'node:fs';

/** Of /proc/<pid>/stat: 100 on every Linux that runs Node. */
const TICKS_A_SECOND = 100;

/** A process at one moment. */
export interface Look {
  readonly at: number;
  readonly cpuMs: number;
  readonly rssBytes: number;
  /** The most that it has had. */
  readonly peakRssBytes: number;
}

/** Looks at a process that goes on; undefined where there is no /proc, or no such process any more. */
export function lookAtProcess(pid: number | undefined): Look | undefined {
  try {
    // The fields begin behind the name, which may have blanks and brackets.
    const [, fields = ''] = /\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    const [user, system] = fields.split(' ').slice(11, 13).map(Number);
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return {
      at: performance.now(),
      cpuMs: (((user ?? Number.NaN) + (system ?? Number.NaN)) * 1_000) / TICKS_A_SECOND,
      rssBytes: kibibytes(status, 'VmRSS') * 1_024,
      peakRssBytes: kibibytes(status, 'VmHWM') * 1_024,
    };
  } catch {
    return undefined;
  }
}

function kibibytes(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s*(\\d+) kB$`, 'm').exec(status)?.[1]);
}
