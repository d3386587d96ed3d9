import type { RunWatch } from './run-watch.js';

/**
 * Combines several watches into one, which calls each in turn. It has only the methods that at least one of them has,
 * so an event without a watch costs a run nothing, and an event with one no allocation.
 */
export function allWatches(watches: readonly RunWatch[]): RunWatch {
  const started = watches.filter(listensTo('started'));
  const rowStarted = watches.filter(listensTo('rowStarted'));
  const rowFinished = watches.filter(listensTo('rowFinished'));
  const rowUnreadable = watches.filter(listensTo('rowUnreadable'));
  const callRetried = watches.filter(listensTo('callRetried'));
  const waiting = watches.filter(listensTo('waiting'));
  const checkpointSaved = watches.filter(listensTo('checkpointSaved'));
  const notice = watches.filter(listensTo('notice'));
  const queue = watches.filter(listensTo('queue'));
  const batchApi = watches.filter(listensTo('batchApi'));
  const alerted = watches.filter(listensTo('alerted'));
  const stopped = watches.filter(listensTo('stopped'));
  const ended = watches.filter(listensTo('ended'));
  const all: RunWatch = {};
  if (started.length > 0)
    all.started = (facts, counts) => {
      for (const watch of started) watch.started(facts, counts);
    };
  if (rowStarted.length > 0)
    all.rowStarted = (row) => {
      for (const watch of rowStarted) watch.rowStarted(row);
    };
  if (rowFinished.length > 0)
    all.rowFinished = (result) => {
      for (const watch of rowFinished) watch.rowFinished(result);
    };
  if (rowUnreadable.length > 0)
    all.rowUnreadable = (row) => {
      for (const watch of rowUnreadable) watch.rowUnreadable(row);
    };
  if (callRetried.length > 0)
    all.callRetried = (kind, row) => {
      for (const watch of callRetried) watch.callRetried(kind, row);
    };
  if (waiting.length > 0)
    all.waiting = (reason, ms) => {
      for (const watch of waiting) watch.waiting(reason, ms);
    };
  if (checkpointSaved.length > 0)
    all.checkpointSaved = (facts) => {
      for (const watch of checkpointSaved) watch.checkpointSaved(facts);
    };
  if (notice.length > 0)
    all.notice = (told) => {
      for (const watch of notice) watch.notice(told);
    };
  if (queue.length > 0)
    all.queue = (news) => {
      for (const watch of queue) watch.queue(news);
    };
  if (batchApi.length > 0)
    all.batchApi = (news) => {
      for (const watch of batchApi) watch.batchApi(news);
    };
  if (alerted.length > 0)
    all.alerted = (alert) => {
      for (const watch of alerted) watch.alerted(alert);
    };
  if (stopped.length > 0)
    all.stopped = (reason) => {
      for (const watch of stopped) watch.stopped(reason);
    };
  if (ended.length > 0)
    all.ended = (summary) => {
      for (const watch of ended) watch.ended(summary);
    };
  return all;
}

type Listening<Method extends keyof RunWatch> = RunWatch & Required<Pick<RunWatch, Method>>;

function listensTo<Method extends keyof RunWatch>(method: Method) {
  return (watch: RunWatch): watch is Listening<Method> => watch[method] !== undefined;
}
