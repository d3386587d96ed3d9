import { Script } from './exec.js';

/**
 * Asks about a file, once however often it is asked: who asked first is answered first.
 *
 * KEYS record, asks · ARGV question → 1, or 0 where the run is gone
 */
export const ASK_FILE = new Script(`
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local time = redis.call('TIME')
redis.call('ZADD', KEYS[2], 'NX', time[1] * 1000000 + time[2], ARGV[1])
redis.call('PEXPIRE', KEYS[2], redis.call('PTTL', KEYS[1]))
return 1
`);

/**
 * Lays the bytes of a file down for a worker, and tells it; where it does not listen, nothing is left. Neither the
 * append-only file nor a replica gets them: who misses them asks again, and they would write every file to a disk.
 *
 * KEYS record, files · ARGV field, bytes, ttl in ms, the worker's channel, word → how many heard it; 0 also where the run is gone
 */
export const SEND_FILE = new Script(`
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
if redis.replicate_commands then redis.replicate_commands() end
redis.set_repl(redis.REPL_NONE)
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
local heard = redis.call('PUBLISH', ARGV[4], ARGV[5])
if heard == 0 then redis.call('HDEL', KEYS[2], ARGV[1]) end
return heard
`);
