import { Script } from './exec.js';

/*
 * A batch is a hash: `n` rows, `d` of them done, `t` times taken, `c` calls of rows that were given up and `p` what those took, for each
 * taking `s<taking>` the rows that were started in it, by row number what became of each row, and by `w<row> <step>` what
 * became of each step on its way to that. Where there is no such hash, the batch has been collected: nobody works on it and nobody writes to it any more.
 */

/**
 * Opens a batch.
 *
 * KEYS lease, open, batch · ARGV token, batch id, rows, ttl in ms, then field and outcome of each step that is known
 * → 0 new, 1 there already, 2 there and complete, -1 without the lease
 */
export const OPEN_BATCH = new Script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end
local found = redis.call('HMGET', KEYS[3], 'n', 'd')
if found[1] then
  redis.call('PEXPIRE', KEYS[3], ARGV[4])
  redis.call('SADD', KEYS[2], ARGV[2])
  for i = 5, #ARGV, 2 do redis.call('HSETNX', KEYS[3], ARGV[i], ARGV[i + 1]) end
  if tonumber(found[2]) >= tonumber(found[1]) then return 2 end
  return 1
end
redis.call('HSET', KEYS[3], 'n', ARGV[3], 'd', 0, 't', 0)
for i = 5, #ARGV, 2 do redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 1]) end
redis.call('PEXPIRE', KEYS[3], ARGV[4])
redis.call('SADD', KEYS[2], ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[4])
return 0
`);

/** KEYS batch → the whole hash with this taking counted; nothing where the batch has been collected. */
export const TAKE_BATCH = new Script(`
if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
redis.call('HINCRBY', KEYS[1], 't', 1)
return redis.call('HGETALL', KEYS[1])
`);

/**
 * Notes which rows of a batch were started, and what became of others: the first to say it is right. Whoever
 * brings the last row tells the coordinator.
 *
 * KEYS batch, done, record · ARGV batch id, taking, rows started with commas (or nothing), how many of the
 * rows failed, then row number and result in turn → 1, or 0 where the batch has been collected
 */
export const NOTE_ROWS = new Script(`
local counts = redis.call('HMGET', KEYS[1], 'n', 'd')
if not counts[1] then return 0 end
if ARGV[3] ~= '' then
  local field = 's' .. ARGV[2]
  local before = redis.call('HGET', KEYS[1], field)
  redis.call('HSET', KEYS[1], field, before and (before .. ',' .. ARGV[3]) or ARGV[3])
end
local new = 0
for i = 5, #ARGV, 2 do
  new = new + redis.call('HSETNX', KEYS[1], ARGV[i], ARGV[i + 1])
end
if new > 0 then
  local done = redis.call('HINCRBY', KEYS[1], 'd', new)
  if redis.call('EXISTS', KEYS[3]) == 1 then
    redis.call('HINCRBY', KEYS[3], 'rows', new)
    if ARGV[4] ~= '0' then redis.call('HINCRBY', KEYS[3], 'failed', ARGV[4]) end
  end
  if done >= tonumber(counts[1]) then
    redis.call('RPUSH', KEYS[2], ARGV[1])
    redis.call('PEXPIRE', KEYS[2], redis.call('PTTL', KEYS[1]))
  end
end
return 1
`);

/**
 * Notes what became of a step of a row, for whoever goes on with the row, and for the coordinator's journal.
 *
 * KEYS batch, steps · ARGV batch id, field, outcome → 1, or 0 where the batch has been collected
 */
export const NOTE_STEP = new Script(`
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
redis.call('RPUSH', KEYS[2], ARGV[1] .. ' ' .. ARGV[2] .. '\\n' .. ARGV[3])
redis.call('PEXPIRE', KEYS[2], redis.call('PTTL', KEYS[1]))
return 1
`);

/**
 * Forgets what lies in the place of rows' results and is none, so that a result can be written there.
 *
 * KEYS batch · ARGV row number and what was found there in turn → how many were forgotten
 */
export const FORGET_WRONG = new Script(`
local forgotten = 0
for i = 1, #ARGV, 2 do
  if redis.call('HGET', KEYS[1], ARGV[i]) == ARGV[i + 1] then
    forgotten = forgotten + redis.call('HDEL', KEYS[1], ARGV[i])
  end
end
if forgotten > 0 then redis.call('HINCRBY', KEYS[1], 'd', -forgotten) end
return forgotten
`);

/**
 * Ends a taking of a worker that lives: what it started is no sign that a row kills workers.
 *
 * KEYS batch · ARGV taking, calls of rows that were given up, what those took as JSON with commas (or nothing)
 */
export const LEAVE_BATCH = new Script(`
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HDEL', KEYS[1], 's' .. ARGV[1])
if ARGV[2] ~= '0' then redis.call('HINCRBY', KEYS[1], 'c', ARGV[2]) end
if ARGV[3] ~= '' then
  local before = redis.call('HGET', KEYS[1], 'p')
  redis.call('HSET', KEYS[1], 'p', before and (before .. ',' .. ARGV[3]) or ARGV[3])
end
return 1
`);

/** KEYS lease, open, batch · ARGV token, batch id → 1, or -1 without the lease. Forgets what given-up calls took. */
export const FORGET_GIVEN_UP = new Script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end
redis.call('HDEL', KEYS[3], 'c', 'p')
return 1
`);

/** KEYS lease, open, batch · ARGV token, batch id → 1, or -1 without the lease. Forgets a batch. */
export const DROP_BATCH = new Script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end
redis.call('DEL', KEYS[3])
redis.call('SREM', KEYS[2], ARGV[2])
return 1
`);

/** KEYS record, then any of the run's. Forgets these where the run itself has been. */
export const FORGET_GONE = new Script(`
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
return redis.call('DEL', unpack(KEYS, 2))
`);

/**
 * Stops a run for everybody, for an error that no row is to blame for; the first one counts.
 *
 * KEYS record, done · ARGV reason as JSON, generation
 */
export const STOP_RUN = new Script(`
if redis.call('HGET', KEYS[1], 'generation') ~= ARGV[2] then return 0 end
if redis.call('HSETNX', KEYS[1], 'stop', ARGV[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], 'state', 'stopping')
redis.call('RPUSH', KEYS[2], '!')
redis.call('PEXPIRE', KEYS[2], redis.call('PTTL', KEYS[1]))
return 1
`);
