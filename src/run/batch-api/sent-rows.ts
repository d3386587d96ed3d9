import { crc32 } from 'node:zlib';
import { parseEntry, resultOf } from '../../checkpoint/journal/journal-entry.js';
import type { Row } from '../../rows/row.js';
import { isHarvested, type Shard } from '../shards/shard.js';
import { linesOf, type ShardFolder } from '../shards/shard-files.js';
import type { Shards } from '../shards/shards.js';
import type { StrayRows } from './batch-api-executor.js';
import type { HomeResults } from './home-results.js';
import { idPattern, parseRequestId } from './request-id.js';

export interface SentRowsParts {
  readonly shards: Shards;
  readonly folder: ShardFolder;
  readonly results: Pick<HomeResults, 'find'>;
  readonly strays: Pick<StrayRows, 'has'>;
  /** Of the run, in ids. */
  readonly run: string;
  /** What the input's row asks, in base64url. */
  readonly questionOf: (row: Row) => string;
}

/**
 * Tells whether the input's rows, which are read once more when a run goes on, are those that earlier runs sent. Where a
 * row was put in before them, all behind it stand in another's place: more of them must not be sent.
 */
export class SentRows {
  readonly #pattern: RegExp;
  /** The shard whose requests were read last, and the CRC-32 of its rows' texts. */
  #read: { readonly shard: number; readonly crcs: ReadonlyMap<number, number> } | undefined;

  constructor(private readonly parts: SentRowsParts) {
    this.#pattern = idPattern(parts.run);
  }

  /** Rows come in their order. True also for one that was not sent, or is to be sent again. */
  async isAsSent(row: Row): Promise<boolean> {
    const { shards, strays, results, questionOf } = this.parts;
    const home = shards.homeOf(row.number);
    if (home === undefined || strays.has(row.number) || shards.isSentAgain(row.number)) return true;
    const crc = (await this.#crcsOf(home)).get(row.number);
    if (crc !== undefined) return crc === crc32(row.text);
    const line = results.find(row.number);
    const entry = line === undefined ? undefined : parseEntry(line);
    return entry === undefined || 'step' in entry || resultOf(entry, row, questionOf) !== undefined;
  }

  async #crcsOf(shard: Shard): Promise<ReadonlyMap<number, number>> {
    if (this.#read?.shard !== shard.number) {
      this.#read = { shard: shard.number, crcs: await this.#readCrcs(shard) };
    }
    return this.#read.crcs;
  }

  /** None where the requests are gone, which they are once the results are there. */
  async #readCrcs(shard: Shard): Promise<ReadonlyMap<number, number>> {
    const crcs = new Map<number, number>();
    if (isHarvested(shard)) return crcs;
    try {
      for await (const lines of linesOf(this.parts.folder.of(shard.number, 'requests'))) {
        for (const line of lines) {
          const id = parseRequestId(this.#pattern.exec(line)?.[1] ?? '');
          if (id !== undefined) crcs.set(id.row, id.crc);
        }
      }
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
    return crcs;
  }
}
