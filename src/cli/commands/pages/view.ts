import { randomBytes } from 'node:crypto';
import { parseName } from '../../../run/settings/option-parsers.js';
import { withoutUndefined } from '../../../run/settings/without-undefined.js';
import { serveRows } from '../../../run/view/serve-rows.js';
import { writePage } from '../../../run/view/write-page.js';
import type { ExitCode } from '../../exit-codes.js';
import type { CliIo, CommandContext } from '../../io.js';
import { parsePort, type ViewFlags } from '../../options/pages.js';
import { print, printAside } from '../../print.js';

/** Random bytes of the address. */
const TOKEN_BYTES = 18;

/**
 * `batchai view`: shows the rows of an output beside their answers, on a page that it serves until a signal ends it, or as
 * one file.
 */
export async function viewCommand(
  output: string,
  flags: ViewFlags,
  { io }: CommandContext,
): Promise<ExitCode> {
  const { checkpoint, deadLetters } = flags;
  const viewed = { output, ...withoutUndefined({ checkpoint, deadLetters }) };
  if (flags.output !== undefined) {
    const page = parseName('--output', flags.output);
    const { text, path } = await writePage({ ...viewed, page }, io.processes);
    if (path === undefined) io.stdout.write(text);
    else if (!flags.quiet) printAside(io, `batchai: view: ${path}\n`);
    return 0;
  }
  const port = flags.port === undefined ? 0 : parsePort('--port', flags.port);
  // The address is printed once it can be opened, and may be ended from then on.
  const ended = endOf(io);
  try {
    const server = await serveRows(
      { ...viewed, port },
      {
        processes: io.processes,
        patienceMs: io.timings.viewPatienceMs,
        token: randomBytes(TOKEN_BYTES).toString('base64url'),
      },
    );
    try {
      print(io, `${server.url}\n`);
      if (!flags.quiet)
        printAside(io, 'batchai: view: open the address in a browser of this machine; Ctrl-C ends it\n');
      await ended.signal;
    } finally {
      await server.close();
    }
  } finally {
    ended.release();
  }
  return 0;
}

/** A signal that asks to end is how this command ends. */
function endOf({ signals }: Pick<CliIo, 'signals'>) {
  let end = () => {};
  const signal = new Promise<void>((resolve) => {
    end = resolve;
  });
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) signals.on(name, end);
  return {
    signal,
    release: () => {
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) signals.off(name, end);
    },
  };
}
