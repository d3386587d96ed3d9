import { Script } from './exec.js';

/*
 * The limiters of a run, a hash. Each fabric's has a name, which its fields end with: `call` is when the next call is
 * due, `token` when the tokens so far are paid off, `pause` until when nobody may start; all in ms of the server's clock.
 * Where the rate is found as the run goes on, `every` is the time between two calls, in ms, by `rate`, what workers know
 * of it as JSON, which is at its `version`.
 * The Generic Cell Rate Algorithm (ITU-T I.371, Annex A) without any burst, for calls and, in the same breath, for tokens.
 */

/**
 * Reserves slots.
 *
 * KEYS slots · ARGV slots wanted, ms between calls (or nothing, where that is found), tokens a call, ms a token, tokens to settle, farthest ahead
 * in ms, ttl in ms, name → [ms until the first one (or until it is worth asking again), ms between them, granted, now],
 * numbers with fractions as text
 */
export const RESERVE_SLOTS = new Script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local wanted, every, tokens, token_ms = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local ahead, name = tonumber(ARGV[6]), ARGV[8]
if not every then every = tonumber(redis.call('HGET', KEYS[1], 'every' .. name)) or 1000 end
local state = redis.call('HMGET', KEYS[1], 'call' .. name, 'token' .. name, 'pause' .. name)
local call, token, pause = tonumber(state[1]), tonumber(state[2]), tonumber(state[3])
-- Where nothing is known, slots may have been given out before the server lost them.
if not call then call = now + ahead end
-- Nobody is served farther ahead than this: the clock went back.
if call > now + ahead + every + tokens * token_ms + 1000 then call = now + ahead end
token = (token or now) + tonumber(ARGV[5]) * token_ms
if token < now then token = now end
local first = math.max(call, now, pause or 0)
if tokens > 0 then first = math.max(first, token) end
local apart = math.max(every, tokens * token_ms)
local granted = 0
if first <= now + ahead then
  granted = wanted
  if apart > 0 then granted = math.min(wanted, math.floor((now + ahead - first) / apart) + 1) end
  call = first + (granted - 1) * apart + every
  token = math.max(token, first) + granted * tokens * token_ms
end
redis.call('HSET', KEYS[1], 'call' .. name, string.format('%.3f', call), 'token' .. name, string.format('%.3f', token))
redis.call('PEXPIRE', KEYS[1], ARGV[7])
local wait = first - now
if granted == 0 then wait = wait - ahead end
return {string.format('%.3f', wait), string.format('%.3f', apart), granted, string.format('%.3f', now)}
`);

/**
 * Keeps what is known of a rate, where nobody else did meanwhile and the run is not over.
 *
 * KEYS slots · ARGV name, version that it comes after, rate as JSON, ms between calls, ttl in ms → the version that is there
 * now, and the rate where it is another one
 */
export const SAVE_RATE = new Script(`
local name = ARGV[1]
if redis.call('EXISTS', KEYS[1]) == 0 then return {ARGV[2] + 1} end
local version = tonumber(redis.call('HGET', KEYS[1], 'version' .. name)) or 0
if version ~= tonumber(ARGV[2]) then return {version, redis.call('HGET', KEYS[1], 'rate' .. name) or ''} end
redis.call('HSET', KEYS[1], 'version' .. name, version + 1, 'rate' .. name, ARGV[3], 'every' .. name, ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return {version + 1}
`);

/** KEYS slots · ARGV tokens more (or fewer) than were reserved, ms a token, name. */
export const SETTLE_TOKENS = new Script(`
local field = 'token' .. ARGV[3]
local token = tonumber(redis.call('HGET', KEYS[1], field))
if token then redis.call('HSET', KEYS[1], field, string.format('%.3f', token + ARGV[1] * ARGV[2])) end
return 1
`);

/** KEYS slots · ARGV ms by which the calls that are not reserved yet start later, name. */
export const POSTPONE = new Script(`
local field = 'call' .. ARGV[2]
local call = tonumber(redis.call('HGET', KEYS[1], field))
if call then redis.call('HSET', KEYS[1], field, string.format('%.3f', call + ARGV[1])) end
return 1
`);

/** KEYS slots · ARGV ms, channel, ttl in ms, name. Holds everybody up; the longest pause counts. */
export const PAUSE_ALL = new Script(`
local time = redis.call('TIME')
local untl = time[1] * 1000 + time[2] / 1000 + ARGV[1]
local field = 'pause' .. ARGV[4]
local pause = tonumber(redis.call('HGET', KEYS[1], field))
if not pause or pause < untl then
  redis.call('HSET', KEYS[1], field, string.format('%.3f', untl))
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
redis.call('PUBLISH', ARGV[2], ARGV[1])
return 1
`);

/** KEYS slots · ARGV names → ms for which nobody may start, of the longest pause; with fractions as text. */
export const PAUSED_FOR = new Script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local longest = 0
for i = 1, #ARGV do
  local pause = tonumber(redis.call('HGET', KEYS[1], 'pause' .. ARGV[i]))
  if pause then longest = math.max(longest, pause - now) end
end
return string.format('%.3f', longest)
`);
