import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { shardsFolder } from '../../checkpoint/folder.js';
import { syncFolder } from '../../checkpoint/replace-file.js';

/** A shard's files: what is sent; what earlier tries of its rows took; their results; rows that have none. */
export type ShardFile = 'requests' | 'carried' | 'results' | 'open';

export class ShardFolder {
  readonly path: string;

  /** @param checkpoint the run's checkpoint folder. */
  constructor(checkpoint: string) {
    this.path = shardsFolder(checkpoint);
  }

  get log(): string {
    return join(this.path, 'shards.jsonl');
  }

  of(shard: number, file: ShardFile): string {
    return join(this.path, `${String(shard).padStart(6, '0')}.${file}.jsonl`);
  }

  async make(): Promise<void> {
    await mkdir(this.path, { recursive: true });
  }

  /** Removes files of shards for which `isWanted` is false. */
  async clear(isWanted: (shard: number, file: ShardFile) => boolean): Promise<void> {
    for (const name of await readdir(this.path)) {
      const [, shard, file] = /^(\d{6,})\.(requests|carried|results|open)\.jsonl$/.exec(name) ?? [];
      if (shard === undefined || isWanted(Number(shard), file as ShardFile)) continue;
      await rm(join(this.path, name), { force: true });
    }
  }

  remove(shard: number, file: ShardFile): Promise<void> {
    return rm(this.of(shard, file), { force: true });
  }

  /** Makes the names of files in it durable. */
  sync(): Promise<void> {
    return syncFolder(this.path);
  }
}

const NEWLINE = 0x0a;

/**
 * The lines of a file, in groups of some hundred, without their ends. They are cut at 0x0A alone: JSON may hold U+2028.
 * A last line without an end is left out: a crash tore it.
 */
export async function* linesOf(path: string): AsyncGenerator<readonly string[], void> {
  let rest: Buffer[] = [];
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) {
    const bytes: Buffer = chunk;
    const end = bytes.lastIndexOf(NEWLINE);
    if (end === -1) {
      rest.push(bytes);
      continue;
    }
    const text = Buffer.concat([...rest, bytes.subarray(0, end)]).toString('utf8');
    rest = end + 1 < bytes.length ? [bytes.subarray(end + 1)] : [];
    yield text.split('\n');
  }
}

/** Flushes a file to disk. */
export async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
}
