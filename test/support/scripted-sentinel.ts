import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A sentinel that names one master, whatever becomes of it, and announces a failover when a test wants one. */
export interface ScriptedSentinel {
  /** Of the queue: `redis+sentinel://…` */
  readonly url: string;
  /** When it is asked for the master next, it announces a failover before it answers. */
  announceBeforeNextAnswer(): Promise<void>;
}

/** Starts it on a free port; it is stopped when the running test ends. It speaks as much of RESP 2 as ioredis needs. */
export async function scriptedSentinel(masterPort: number): Promise<ScriptedSentinel> {
  const subscribers = new Set<Socket>();
  const clients = new Set<Socket>();
  let announce: (() => void) | undefined;
  const master = bulks('127.0.0.1', `${masterPort}`);
  const answer = (socket: Socket, [name = '', argument = '']: readonly string[]): string => {
    switch (name.toLowerCase()) {
      case 'hello':
        return "-ERR unknown command 'HELLO'\r\n";
      case 'subscribe':
        subscribers.add(socket);
        return `*3\r\n${bulk('subscribe')}${bulk(argument)}:1\r\n`;
      case 'sentinel':
        return argument.toLowerCase() === 'sentinels' ? '*0\r\n' : askedForMaster();
      default:
        return '+OK\r\n';
    }
  };
  const askedForMaster = () => {
    announce?.();
    return master;
  };
  const server = createServer((socket) => {
    clients.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => {
      clients.delete(socket);
      subscribers.delete(socket);
    });
    socket.setEncoding('utf8').on('data', (text) => {
      for (const command of commandsIn(String(text))) socket.write(answer(socket, command));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const client of clients) client.destroy();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `redis+sentinel://127.0.0.1:${port}/night`,
    announceBeforeNextAnswer: () =>
      new Promise((resolve) => {
        announce = () => {
          announce = undefined;
          const text = `night 127.0.0.1 ${masterPort} 127.0.0.1 ${masterPort}`;
          const message = bulks('message', '+switch-master', text);
          for (const subscriber of subscribers) subscriber.write(message);
          resolve();
        };
      }),
  };
}

/** Commands as clients send them, arrays of strings; each chunk holds whole ones. */
function commandsIn(text: string): string[][] {
  const commands: string[][] = [];
  const lines = text.split('\r\n');
  for (let at = 0; at < lines.length; ) {
    const count = /^\*(\d+)$/.exec(lines[at] ?? '')?.[1];
    if (count === undefined) break;
    const size = Number(count);
    commands.push(Array.from({ length: size }, (_, index) => lines[at + 2 + 2 * index] ?? ''));
    at += 1 + 2 * size;
  }
  return commands;
}

function bulks(...texts: readonly string[]): string {
  return `*${texts.length}\r\n${texts.map(bulk).join('')}`;
}

function bulk(text: string): string {
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}
