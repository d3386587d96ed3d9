import { describe, expect, it } from 'vitest';
import type { Alert } from '../../src/monitor/alerts/alert.js';
import { allWatches } from '../../src/monitor/all-watches.js';
import { liveCounts } from '../../src/monitor/live-counts.js';
import { RunTally } from '../../src/monitor/run-tally.js';
import type { RunWatch } from '../../src/monitor/run-watch.js';
import { answered, FACTS, RUN, UNREADABLE } from './some-results.js';

const ALERT: Alert = {
  text: 'something',
  alert: 'stall',
  state: 'firing',
  run: { ...RUN },
  rows: 1,
  failed: 0,
  value: 300,
  threshold: 300,
  at: '2024-01-02T03:04:05.000Z',
};

/** Writes down every method's call. */
class Listener implements Required<RunWatch> {
  readonly heard: unknown[][] = [];
  started = (...facts: unknown[]) => void this.heard.push(['started', ...facts]);
  rowStarted = (...facts: unknown[]) => void this.heard.push(['rowStarted', ...facts]);
  rowFinished = (...facts: unknown[]) => void this.heard.push(['rowFinished', ...facts]);
  rowUnreadable = (...facts: unknown[]) => void this.heard.push(['rowUnreadable', ...facts]);
  callRetried = (...facts: unknown[]) => void this.heard.push(['callRetried', ...facts]);
  waiting = (...facts: unknown[]) => void this.heard.push(['waiting', ...facts]);
  checkpointSaved = (...facts: unknown[]) => void this.heard.push(['checkpointSaved', ...facts]);
  notice = (...facts: unknown[]) => void this.heard.push(['notice', ...facts]);
  queue = (...facts: unknown[]) => void this.heard.push(['queue', ...facts]);
  batchApi = (...facts: unknown[]) => void this.heard.push(['batchApi', ...facts]);
  alerted = (...facts: unknown[]) => void this.heard.push(['alerted', ...facts]);
  stopped = (...facts: unknown[]) => void this.heard.push(['stopped', ...facts]);
  ended = (...facts: unknown[]) => void this.heard.push(['ended', ...facts]);
}

describe('all watches', () => {
  it('hear everything, with all that there is to hear', () => {
    const [first, second] = [new Listener(), new Listener()];
    const counts = liveCounts(new RunTally());
    const result = answered(1);

    const all = allWatches([first, second]);
    all.started?.(FACTS, counts);
    all.rowStarted?.(1);
    all.rowFinished?.(result);
    all.rowUnreadable?.(UNREADABLE);
    all.callRetried?.('server', 1);
    all.waiting?.('backoff', 5);
    all.checkpointSaved?.({ rowsCommitted: 1, at: 2 });
    all.notice?.({ kind: 'words-as-text', row: 1 });
    all.queue?.({ kind: 'lost' });
    all.batchApi?.({ kind: 'later', shard: 1, message: 'why' });
    all.alerted?.(ALERT);
    all.stopped?.({ kind: 'service', message: 'why' });
    all.ended?.({ total: 1 });

    expect(first.heard).toEqual([
      ['started', FACTS, counts],
      ['rowStarted', 1],
      ['rowFinished', result],
      ['rowUnreadable', UNREADABLE],
      ['callRetried', 'server', 1],
      ['waiting', 'backoff', 5],
      ['checkpointSaved', { rowsCommitted: 1, at: 2 }],
      ['notice', { kind: 'words-as-text', row: 1 }],
      ['queue', { kind: 'lost' }],
      ['batchApi', { kind: 'later', shard: 1, message: 'why' }],
      ['alerted', ALERT],
      ['stopped', { kind: 'service', message: 'why' }],
      ['ended', { total: 1 }],
    ]);
    expect(second.heard).toEqual(first.heard);
  });

  it('have nothing to call where nobody listens', () => {
    expect(allWatches([])).toEqual({});
    expect(Object.keys(allWatches([{ rowFinished() {} }, {}, { ended() {} }]))).toEqual([
      'rowFinished',
      'ended',
    ]);
  });

  it('find methods of classes, and call them as such', () => {
    class Counting implements RunWatch {
      rows = 0;
      rowFinished(): void {
        this.rows++;
      }
    }
    const counting = new Counting();

    allWatches([counting, {}]).rowFinished?.(answered(1));

    expect(counting.rows).toBe(1);
  });

  it('look for the methods once, not at every row', () => {
    let lookedUp = 0;
    const watch: RunWatch = {
      get rowStarted() {
        lookedUp++;
        return undefined as never;
      },
    };

    const all = allWatches([watch, { rowStarted() {} }]);
    const lookedUpBefore = lookedUp;
    for (let row = 1; row <= 10; row++) all.rowStarted?.(row);

    expect(lookedUp).toBe(lookedUpBefore);
  });
});
