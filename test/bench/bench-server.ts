import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { pinned } from './cores.js';
import type { Workspace } from './workspace.js';

/** What a server of the bench tells its parent. */
type ServerMessage =
  | { readonly event: 'listening'; readonly port: number }
  | { readonly event: 'first-call'; readonly at: number }
  | { readonly event: 'announced'; readonly calls: number }
  | { readonly event: 'calls'; readonly calls: number }
  | { readonly event: 'arrivals'; readonly arrivals: readonly number[] };

type MessageOf<E extends ServerMessage['event']> = Extract<ServerMessage, { event: E }>;

/** A server in a process of its own, on the server's core. */
export class BenchServer {
  readonly #process: ChildProcess;
  #url = '';

  private constructor(serverProcess: ChildProcess) {
    this.#process = serverProcess;
  }

  /** Every call is answered at once. `announced` comes when that many calls were answered. */
  static zeroLatency(workspace: Workspace, announceAt?: number): Promise<BenchServer> {
    return BenchServer.#start(
      workspace,
      'zero-latency-server.mjs',
      announceAt === undefined ? [] : [String(announceAt)],
    );
  }

  /** The row with the id n is answered after the n-th of the latencies. */
  static timed(workspace: Workspace, latenciesFile: string): Promise<BenchServer> {
    return BenchServer.#start(workspace, 'timed-server.mjs', [latenciesFile]);
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

  /** The calls answered since this was last asked. */
  async takeCalls(): Promise<number> {
    const answer = this.next('calls');
    this.#process.send('take-calls');
    return (await answer).calls;
  }

  /** When each call arrived since this was last asked, in ms of the server's clock. */
  async takeArrivals(): Promise<readonly number[]> {
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
