import { readFileSync, readlinkSync } from 'node:fs';

/** `O_ACCMODE` and `O_WRONLY` of Linux. */
const ACCESS_MODES = 0o3;
const WRITE_ONLY = 0o1;

/**
 * True if `nohup` started this process, so that it must survive the end of its terminal.
 *
 * nohup ignores SIGHUP and starts the program, but Node restores the default action of every ignored signal before any
 * of our code runs. Two other effects of nohup show it: a terminal as standard input becomes /dev/null, open for writing
 * only (GNU coreutils), and a terminal as output becomes the file nohup.out. Returns false on systems without /proc.
 */
export function isUnderNohup(proc = '/proc/self'): boolean {
  try {
    const [, flags = '0'] = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`${proc}/fdinfo/0`, 'utf8')) ?? [];
    const isUnreadable = (Number.parseInt(flags, 8) & ACCESS_MODES) === WRITE_ONLY;
    if (isUnreadable && readlinkSync(`${proc}/fd/0`) === '/dev/null') return true;
    return [1, 2].some((output) => readlinkSync(`${proc}/fd/${output}`).endsWith('/nohup.out'));
  } catch {
    return false;
  }
}
