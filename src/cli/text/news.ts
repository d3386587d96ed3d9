import { formatCount, formatDuration } from '../../monitor/wording.js';
import type { QueueNews } from '../../run/control/context.js';
import type { WorkerNews } from '../../run/queue/worker.js';
import { describeError } from './error.js';

/** A line for a person about what happens on a queue; nobody has to do anything but where it says so. */
export function describeQueueNews(news: QueueNews | WorkerNews): string {
  switch (news.kind) {
    case 'lost':
      return 'the queue is gone; waiting for it to come back';
    case 'back':
      return `the queue is back after ${formatDuration(news.afterMs)}`;
    case 'full':
      return `the queue refuses to write (${news.message}); waiting until there is room`;
    case 'writable':
      return `the queue takes writes again after ${formatDuration(news.afterMs)}`;
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
      return `the run was left without a word; its hold runs out in ${formatDuration(news.ms)}`;
    case 'queued-again':
      return `the queue has lost ${formatCount(news.batches)} batches; they are queued again`;
    case 'serves':
      return `takes batches of ${news.run.run.name}`;
    case 'drains':
      return `lets the calls of run ${news.runId} land`;
    case 'leaves':
      return `has left run ${news.runId}`;
    case 'other-protocol':
      return `${news.run.run.name}: its coordinator is of another version of batchai (${news.run.run.coordinator?.version ?? 'unknown'}); left to others`;
    case 'cannot-serve':
      return `${news.run.run.name}: left to other workers: ${describeError(news.error)}`;
  }
}
