// Preloaded into a measured process: as it exits, writes what it used to the file that the bench named.
import { readFileSync, writeFileSync } from 'node:fs';

const usageFile = process.env.BATCHAI_BENCH_USAGE_FILE;

if (usageFile !== undefined) {
  process.on('exit', () => {
    const { user, system } = process.cpuUsage();
    writeFileSync(
      usageFile,
      JSON.stringify({ peakRssBytes: peakRssKib() * 1024, cpuMs: (user + system) / 1000, ...filesUsed() }),
    );
  });
}

/**
 * Where there is /proc, its high-water mark: maxRSS also remembers the process that forked this one, so that
 * a small child of the bench would seem as large as the bench.
 */
function peakRssKib() {
  try {
    const highWaterMark = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
    if (highWaterMark) return Number(highWaterMark[1]);
  } catch {
    // no /proc on this system
  }
  return process.resourceUsage().maxRSS;
}

/** Bytes that went through read and write calls, of files and of sockets. */
function filesUsed() {
  try {
    const io = readFileSync('/proc/self/io', 'utf8');
    const of = (/** @type {string} */ name) => Number(new RegExp(`^${name}:\\s*(\\d+)$`, 'm').exec(io)?.[1]);
    return { readBytes: of('rchar'), writtenBytes: of('wchar') };
  } catch {
    return {};
  }
}
