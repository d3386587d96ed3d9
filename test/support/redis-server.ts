import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

/** Whether `redis-server` is installed; where it is not, the tests of the queue are left out. */
export const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

/** A Redis of one's own, with an append-only file. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** Looks from the side at what lies there. */
  readonly redis: Redis;
  /** As an operator does it; what was written is there after the next start. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGSTOP: connections stay, and nothing is answered. */
  freeze(): void;
  /** SIGCONT */
  thaw(): void;
  /** On the same port, with the same data. */
  start(): Promise<void>;
  /** CONFIG SET */
  config(name: string, value: string): Promise<void>;
  keys(): Promise<string[]>;
  /** Ends it, and removes its folder. */
  end(): Promise<void>;
}

/**
 * Starts Redis on a free port.
 *
 * @param launch makes a command of the one that starts it: to have it on certain cores
 */
export async function startRedis(
  options: readonly string[] = [],
  launch: (command: readonly string[]) => readonly string[] = (command) => command,
): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'batchai-redis-'));
  const port = await freePort();
  let server: ChildProcess | undefined;
  const redis = new Redis({ port, host: '127.0.0.1', lazyConnect: true, maxRetriesPerRequest: null });
  redis.on('error', () => {});
  const start = async () => {
    const where = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder];
    const kept = ['--save', '', '--appendonly', 'yes'];
    const [command = '', ...args] = launch(['redis-server', ...where, ...kept, ...options]);
    server = spawn(command, args, { stdio: 'ignore' });
    await untilItAnswers(port);
  };
  const end = async (signal: NodeJS.Signals) => {
    const stopped = server;
    if (stopped === undefined) return;
    server = undefined;
    stopped.kill(signal);
    if (stopped.exitCode === null && stopped.signalCode === null) await once(stopped, 'exit');
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    redis,
    start,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    freeze: () => void server?.kill('SIGSTOP'),
    thaw: () => void server?.kill('SIGCONT'),
    config: async (name, value) => {
      await redis.config('SET', name, value);
    },
    keys: async () => (await redis.keys('*')).sort(),
    end: async () => {
      redis.disconnect();
      await end('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function untilItAnswers(port: number): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    const answer = await answerToPing(port).catch(() => '');
    // One that wants a password answers too.
    if (/^(\+PONG|-NOAUTH)/.test(answer)) return;
    await sleep(25);
  }
  throw new Error(`redis-server did not start on port ${port}`);
}

async function answerToPing(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  try {
    socket.write('PING\r\n');
    const [answer] = await once(socket, 'data');
    return String(answer);
  } finally {
    socket.destroy();
  }
}
