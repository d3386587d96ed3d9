import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { pinned } from './cores.js';
import type { Workspace } from './workspace.js';

/** What a server of the bench tells its parent. */
type ServerMessage =
  | { readonly event: 'listening'; readonly port: number }
  | { readonly event: 'first-call'; readonly at: number }
  | { readonly event: 'announced'; readonly calls: number }
  | { readonly event: 'passed'; readonly calls: number }
  | { readonly event: 'calls'; readonly calls: number }
  | { readonly event: 'arrivals'; readonly arrivals: readonly Arrival[] };

/** A call, as the server saw it come. */
export interface Arrival {
  /** In ms of the server's clock. */
  readonly at: number;
  /** What it took, where tokens are counted: of its prompt and of its answer together. */
  readonly tokens: number;
  /** It was one too many. */
  readonly isRefused: boolean;
}

/** Whose answers a server gives. */
export type Service = 'promptha' | 'openai' | 'anthropic';

export interface ZeroLatencyOptions {
  readonly service?: Service;
  /** `announced` comes when so many calls were answered. */
  readonly announceAt?: number;
  /** What the answers say. */
  readonly text?: string;
}

/** Calls that a server without latency refuses with a 422. */
export type Failing =
  | { readonly kind: 'none' }
  | { readonly kind: 'every' | 'first'; readonly calls: number };

/** Which calls a server refuses, by their number from 0. */
export interface Refusals {
  readonly latencyMs: number;
  /** These get a 500. */
  readonly errors: readonly number[];
  /** These get a 429 that asks for a second. */
  readonly strays: readonly number[];
  /** All above so many in any minute get a 429. */
  readonly perMinute?: number;
  /** All that find a bucket empty get a 429; it holds so many calls, and fills at so many a second. */
  readonly bucket?: { readonly calls: number; readonly callsPerSecond: number };
}

type MessageOf<E extends ServerMessage['event']> = Extract<ServerMessage, { event: E }>;

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const FAKE_BATCHES = 'test/support/batch-services/fake-batch-main.ts';

/** A server in a process of its own, on the server's core. */
export class BenchServer {
  readonly #process: ChildProcess;
  #url = '';

  private constructor(serverProcess: ChildProcess) {
    this.#process = serverProcess;
  }

  /** Every call is answered at once. */
  static zeroLatency(
    workspace: Workspace,
    { service = 'promptha', announceAt = Number.POSITIVE_INFINITY, text }: ZeroLatencyOptions = {},
  ): Promise<BenchServer> {
    const args = [service, String(announceAt), ...(text === undefined ? [] : [text])];
    return BenchServer.#start(workspace, 'zero-latency-server.mjs', args);
  }

  /** The row with the id n is answered after the n-th of the latencies; where there is a limit, no more are taken in any second. */
  static timed(workspace: Workspace, latenciesFile: string, callsPerSecond?: number): Promise<BenchServer> {
    const limit = callsPerSecond === undefined ? [] : [String(callsPerSecond)];
    return BenchServer.#start(workspace, 'timed-server.mjs', [latenciesFile, ...limit]);
  }

  /** Counts the tokens of each call; the row with the id n has the n-th of the answers. */
  static tokenCounting(workspace: Workspace, answersFile: string): Promise<BenchServer> {
    return BenchServer.#start(workspace, 'token-server.mjs', [answersFile]);
  }

  /** Answers like OpenAI, and refuses some calls. */
  static refusing(workspace: Workspace, refusals: Refusals): Promise<BenchServer> {
    const file = workspace.path('refusals.json');
    writeFileSync(file, JSON.stringify(refusals));
    return BenchServer.#start(workspace, 'refusing-server.mjs', [file]);
  }

  /** OpenAI's batch API: batches end at once. */
  static async batches(workspace: Workspace): Promise<BenchServer> {
    const args = ['--import', 'tsx', FAKE_BATCHES, '--keys', 'bench-key'];
    const [command = '', ...commandArgs] = pinned('server', [process.execPath, ...args]);
    const child = spawn(command, commandArgs, { cwd: PROJECT, stdio: ['ignore', 'pipe', 'inherit'] });
    workspace.adopt(child);
    const server = new BenchServer(child);
    for await (const line of createInterface({ input: child.stdout })) {
      server.#url = line;
      return server;
    }
    throw new Error('the fake batch API ended before it said where it is');
  }

  static async #start(workspace: Workspace, file: string, args: readonly string[]): Promise<BenchServer> {
    const script = fileURLToPath(new URL(file, import.meta.url));
    const [command = '', ...commandArgs] = pinned('server', [process.execPath, script, ...args]);
    const server = new BenchServer(
      spawn(command, commandArgs, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }),
    );
    workspace.adopt(server.#process);
    const { port } = await server.next('listening');
    server.#url = `http://127.0.0.1:${port}`;
    return server;
  }

  get url(): string {
    return this.#url;
  }

  next<E extends ServerMessage['event']>(event: E): Promise<MessageOf<E>> {
    return new Promise((resolve, reject) => {
      const onMessage = (message: unknown) => {
        if ((message as ServerMessage).event !== event) return;
        this.#process.off('message', onMessage);
        this.#process.off('exit', onExit);
        resolve(message as MessageOf<E>);
      };
      const onExit = () => reject(new Error(`the bench's server ended before it said '${event}'`));
      this.#process.on('message', onMessage);
      this.#process.once('exit', onExit);
    });
  }

  /** From now on, counted anew; of a server without latency. */
  fail(failing: Failing): void {
    this.#process.send({ failing });
  }

  /** Counts calls anew, and tells of every so many that a server without latency has answered, until the server ends. */
  onEvery(calls: number, listener: (calls: number) => void): void {
    this.#process.on('message', (message: unknown) => {
      const passed = message as ServerMessage;
      if (passed.event === 'passed') listener(passed.calls);
    });
    this.#process.send({ announceEvery: calls });
  }

  /** The calls answered since this was last asked. */
  async takeCalls(): Promise<number> {
    const answer = this.next('calls');
    this.#process.send('take-calls');
    return (await answer).calls;
  }

  /** A fast run that left calls out would be no achievement. */
  async requireCalls(expected: number): Promise<void> {
    const calls = await this.takeCalls();
    if (calls !== expected) throw new Error(`expected ${expected} calls, the server answered ${calls}`);
  }

  /** The calls that arrived since this was last asked, in the order of their coming. */
  async takeArrivals(): Promise<readonly Arrival[]> {
    const answer = this.next('arrivals');
    this.#process.send('take-arrivals');
    return (await answer).arrivals;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#process.once('exit', () => resolve());
      this.#process.kill();
    });
  }
}
