import type { QueueNews } from '../../queue/protocol/queue-news.js';
import type { WorkerNews } from '../../run/queue/worker.js';
import { counted, formatDuration } from '../../wording/wording.js';
import { describeError } from './error.js';

/** A line about what happens on a queue. Where something has to be done, the line says what. */
export function describeQueueNews(news: QueueNews | WorkerNews): string {
  switch (news.kind) {
    case 'lost':
      return 'lost the connection to Redis; reconnecting';
    case 'back':
      return `connected to Redis again after ${formatDuration(news.afterMs)}`;
    case 'full':
      return `Redis refuses writes (${news.message}); waiting until it has room`;
    case 'writable':
      return `Redis takes writes again after ${formatDuration(news.afterMs)}`;
    case 'no-workers':
      return 'no worker yet: start one with batchai worker --queue <url>';
    case 'workers':
      return `workers: ${news.workers.map(({ name, host, pid }) => `${name} (${host}, process ${pid})`).join(', ')}`;
    case 'other-protocols':
      return `the workers there are of other versions of batchai (${[...new Set(news.workers.map(({ version }) => version))].join(', ')}) and cannot take part; start one of this version`;
    case 'lacks-key':
      return 'worker' in news
        ? `the worker ${news.worker.name} leaves this run to others: ${news.keyEnv} is not set there`
        : `${news.run.run.name}: left to other workers: set ${news.keyEnv} here to take part`;
    case 'waits-for-lease':
      return `the process that coordinated this run died without releasing it; its lease ends in ${formatDuration(news.ms)}`;
    case 'queued-again':
      return `Redis lost ${counted(news.batches, 'batch', 'batches')}; queued again`;
    case 'serves':
      return `takes batches of ${news.run.run.name}`;
    case 'drains':
      return `finishes the calls of run ${news.runId} that are in flight`;
    case 'leaves':
      return `has left run ${news.runId}`;
    case 'other-protocol':
      return `${news.run.run.name}: its coordinator is of another version of batchai (${news.run.run.coordinator?.version ?? 'unknown'}); left to others`;
    case 'cannot-serve':
      return `${news.run.run.name}: left to other workers: ${describeError(news.error)}`;
  }
}
