import { Script } from './exec.js';

/**
 * Takes the lease where it is free, renews it where it is the caller's, and says how it stands. Doing it twice
 * is like doing it once.
 *
 * KEYS lease, record · ARGV token, ms → [is it mine, ms until it ends, is there a record of the run]
 */
export const HOLD_LEASE = new Script(`
local holder = redis.call('GET', KEYS[1])
if holder == false or holder == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return {1, tonumber(ARGV[2]), redis.call('EXISTS', KEYS[2])}
end
return {0, redis.call('PTTL', KEYS[1]), redis.call('EXISTS', KEYS[2])}
`);

/** KEYS lease · ARGV token. Gives the lease back where it is the caller's. */
export const LEAVE_LEASE = new Script(`
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
`);

/**
 * Writes what workers need to know of a run, and opens it to them. The generation tells them that a coordinator
 * has come (again), perhaps with other limits.
 *
 * KEYS lease, runs, record · ARGV token, run id, run as JSON, ttl in ms → the generation, or -1 without the lease
 */
export const REGISTER_RUN = new Script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end
redis.call('SADD', KEYS[2], ARGV[2])
redis.call('HSET', KEYS[3], 'run', ARGV[3], 'state', 'running')
redis.call('HDEL', KEYS[3], 'stop')
local time = redis.call('TIME')
local generation = redis.call('HINCRBY', KEYS[3], 'generation', 1)
if generation == 1 then
  generation = time[1] * 1000 + math.floor(time[2] / 1000)
  redis.call('HSET', KEYS[3], 'generation', generation)
end
redis.call('PEXPIRE', KEYS[3], ARGV[4])
return generation
`);

/** KEYS lease, record · ARGV token, state → 1, or -1 without the lease */
export const SET_STATE = new Script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end
if redis.call('EXISTS', KEYS[2]) == 1 then redis.call('HSET', KEYS[2], 'state', ARGV[2]) end
return 1
`);

/**
 * Takes a run whose record has expired off the list. It may have been registered anew since somebody looked: a server
 * that has lost everything gets it back.
 *
 * KEYS runs, record · ARGV run id
 */
export const FORGET_EXPIRED = new Script(`
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
return redis.call('SREM', KEYS[1], ARGV[1])
`);
