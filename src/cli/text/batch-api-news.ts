import type { BatchApiNews } from '../../monitor/batch-api-news.js';
import { counted, formatCount } from '../../wording/wording.js';

/** A line for a person about a batch at its service. */
export function describeBatchApiNews(news: BatchApiNews): string {
  switch (news.kind) {
    case 'created': {
      const rows = counted(news.rows, 'row');
      return news.how === 'found'
        ? `shard ${news.shard}: found its batch ${news.batch} (${rows}), whose creation had no answer`
        : `shard ${news.shard}: batch ${news.batch} has ${rows}`;
    }
    case 'phase':
      return `shard ${news.shard}: batch ${news.batch} is ${news.word}`;
    case 'collected': {
      const open = news.open === 0 ? '' : `, ${formatCount(news.open)} to be sent again`;
      return `shard ${news.shard}: collected ${counted(news.answered, 'answer')}, ${counted(news.failed, 'failure')}${open}`;
    }
    case 'live':
      return 'all batches have ended; the rows without a result are called live';
    case 'later':
      return `shard ${news.shard}: its batch cannot be created for now (${news.message}); waiting`;
    case 'split':
      return `shard ${news.shard}: its ${counted(news.rows, 'row')} go into smaller batches, of ${formatCount(news.tokens)} tokens at most: the service's queue holds no more`;
    case 'trying-again':
      return `shard ${news.shard}: ${news.message}; trying again`;
    case 'gone':
      return `shard ${news.shard}: batch ${news.batch}, with ${counted(news.rows, 'row')}, is gone at the service (${news.message})`;
    case 'odd-lines':
      return `shard ${news.shard}: its results hold ${formatCount(news.foreign)} foreign, ${formatCount(news.duplicate)} duplicate and ${formatCount(news.unreadable)} unreadable lines, which count for nothing`;
    case 'not-removed':
      return `shard ${news.shard}: its files are left at the service (${news.message}); batchai cancel removes them`;
    case 'still-out':
      return `${counted(news.batches, 'batch is', 'batches are')} still out, of rows that the input has no more: batchai cancel ends ${news.batches === 1 ? 'it' : 'them'}`;
  }
}
