import { readFileSync, readlinkSync } from 'node:fs';

/** `O_ACCMODE` and `O_WRONLY` of Linux. */
const ACCESS_MODES = 0o3;
const WRITE_ONLY = 0o1;

/**
 * Was this process started by `nohup`, so that it is to live on when its terminal goes?
 *
 * nohup ignores SIGHUP and starts the program; but Node gives every ignored signal its usual effect back before any of
 * our code runs, and dies of it. So it is told by what else nohup does: a standard input that was a terminal becomes
 * /dev/null, open for writing only (GNU coreutils), and an output that was one becomes the file nohup.out. Where there
 * is no /proc, nobody knows.
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
