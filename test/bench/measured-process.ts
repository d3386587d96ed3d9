import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { pinned, type Side } from './cores.js';
import type { Workspace } from './workspace.js';

/** A whole process, from its start to its end. */
export interface Usage {
  readonly wallMs: number;
  readonly peakRssBytes: number;
  readonly cpuMs: number;
  /** Of files and of sockets; undefined where the system does not tell, or the process does not. */
  readonly readBytes?: number;
  readonly writtenBytes?: number;
}

export interface MeasuredProcess {
  readonly child: ChildProcess;
  /** `Date.now()` just before it was started. */
  readonly startedAt: number;
  /** Rejects where the process ends with anything but 0, or what was said. */
  readonly usage: Promise<Usage>;
}

export interface MeasuredOptions {
  /** Where its standard output goes, for those who mean to write there. */
  readonly stdoutFile?: string;
  /** Default: the client's core. */
  readonly cores?: Side;
  /** Its end is as good as with 0. */
  readonly alsoEndsWith?: number;
}

const REPORT_USAGE = pathToFileURL(fileURLToPath(new URL('report-usage.mjs', import.meta.url))).href;
let processesStarted = 0;

/** Starts a Node script on the client's core, or where it is said, and measures it until it ends. */
export function startMeasured(
  workspace: Workspace,
  script: string,
  args: readonly string[],
  options: MeasuredOptions = {},
): MeasuredProcess {
  return startMeasuredCommand(
    workspace,
    [process.execPath, '--import', REPORT_USAGE, script, ...args],
    options,
  );
}

/** The same for any command that reports its usage itself, as `report-usage.mjs` and `report-usage.py` do. */
export function startMeasuredCommand(
  workspace: Workspace,
  commandLine: readonly string[],
  options: MeasuredOptions = {},
): MeasuredProcess {
  processesStarted++;
  const usageFile = workspace.path(`usage-${processesStarted}.json`);
  const stderrFile = workspace.path(`stderr-${processesStarted}.txt`);
  const stdout = openSync(options.stdoutFile ?? workspace.path('stdout.txt'), 'w');
  const stderr = openSync(stderrFile, 'w');
  const [command = '', ...commandArgs] = pinned(options.cores ?? 'client', commandLine);

  const startedAt = Date.now();
  const started = performance.now();
  const child = spawn(command, commandArgs, {
    stdio: ['ignore', stdout, stderr],
    env: {
      ...process.env,
      PROMPTHA_API_KEY: 'bench-key',
      OPENAI_API_KEY: 'bench-key',
      ANTHROPIC_API_KEY: 'bench-key',
      BATCHAI_BENCH_USAGE_FILE: usageFile,
    },
  });
  closeSync(stdout);
  closeSync(stderr);
  workspace.adopt(child);

  const usage = new Promise<Usage>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (exitCode, signal) => {
      const wallMs = performance.now() - started;
      const complaint = readFileSync(stderrFile, 'utf8').trim().slice(-2_000);
      rmSync(stderrFile);
      if (exitCode !== 0 && exitCode !== (options.alsoEndsWith ?? 0)) {
        reject(new Error(`${commandLine.join(' ')}: ended with ${signal ?? exitCode}\n${complaint}`));
        return;
      }
      const used = JSON.parse(readFileSync(usageFile, 'utf8')) as Omit<Usage, 'wallMs'>;
      rmSync(usageFile);
      resolve({ ...used, wallMs });
    });
  });
  return { child, startedAt, usage };
}
