import { Script } from './exec.js';

/*
 * The budget of a run, a hash: `calls` that came back, or were lost with their worker, and what they `cost`; the calls
 * in the `air` and the cost `reserved` for them; by kind of call the `most<kind>` that one has cost. By `#<worker>:<nth>`
 * each call that has a share: `w` while it waits for its turn, `s` when it was sent, `x` when its worker was lost with it,
 * and behind that letter the cost that is reserved for it.
 */

/**
 * Reserves the share of a call.
 *
 * KEYS budget · ARGV id, kind, the least that a call of this kind costs (or nothing), most calls (or nothing), highest cost
 * (or nothing), ttl in ms → go, wait, or which limit is reached with what was spent
 */
export const RESERVE_CALL = new Script(`
local state = redis.call('HMGET', KEYS[1], 'calls', 'cost', 'air', 'reserved', 'most' .. ARGV[2], '#' .. ARGV[1])
if state[6] then return {'go'} end
local calls, cost = tonumber(state[1]) or 0, tonumber(state[2]) or 0
local air, reserved, most = tonumber(state[3]) or 0, tonumber(state[4]) or 0, tonumber(state[5])
local least, max_calls, max_cost = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
if least and (not most or most < least) then
  most = least
  redis.call('HSET', KEYS[1], 'most' .. ARGV[2], ARGV[3])
end
local full
if max_calls and calls + air + 1 > max_calls then
  full = {'max-calls', tostring(calls)}
elseif max_cost and most and cost + reserved + most > max_cost * (1 + 1e-9) then
  full = {'max-cost', string.format('%.12g', cost)}
elseif max_cost and not most and cost >= max_cost then
  full = {'max-cost', string.format('%.12g', cost)}
elseif max_cost and not most and air > 0 then
  return {'wait'}
end
-- A call that is out may turn out not to be made.
if full and air > 0 then return {'wait'} end
if full then return full end
redis.call('HSET', KEYS[1], '#' .. ARGV[1], 'w' .. string.format('%.17g', most or 0))
redis.call('HINCRBY', KEYS[1], 'air', 1)
if most then redis.call('HINCRBYFLOAT', KEYS[1], 'reserved', string.format('%.17g', most)) end
redis.call('PEXPIRE', KEYS[1], ARGV[6])
return {'go'}
`);

/** KEYS budget · ARGV id → 1, or 0 where the call has no share any more. Notes that it goes out. */
export const SEND_CALL = new Script(`
local share = redis.call('HGET', KEYS[1], '#' .. ARGV[1])
if not share or string.sub(share, 1, 1) == 'x' then return 0 end
redis.call('HSET', KEYS[1], '#' .. ARGV[1], 's' .. string.sub(share, 2))
return 1
`);

/**
 * Replaces the share of a call by what it took.
 *
 * KEYS budget · ARGV id, kind, calls made, their cost, 1 where the cost tells what the next one may cost → 1, or 0 where
 * that is known already
 */
export const SETTLE_CALL = new Script(`
local share = redis.call('HGET', KEYS[1], '#' .. ARGV[1])
if not share then return 0 end
local reserved, calls, cost = tonumber(string.sub(share, 2)), tonumber(ARGV[3]), tonumber(ARGV[4])
redis.call('HDEL', KEYS[1], '#' .. ARGV[1])
if string.sub(share, 1, 1) == 'x' then
  -- It was counted as made, and as dear as it might have been.
  calls = calls - 1
  cost = cost - reserved
elseif redis.call('HINCRBY', KEYS[1], 'air', -1) > 0 then
  redis.call('HINCRBYFLOAT', KEYS[1], 'reserved', string.format('%.17g', -reserved))
else
  redis.call('HSET', KEYS[1], 'reserved', 0)
end
redis.call('HINCRBY', KEYS[1], 'calls', calls)
redis.call('HINCRBYFLOAT', KEYS[1], 'cost', string.format('%.17g', cost))
if ARGV[5] == '1' then
  local most = tonumber(redis.call('HGET', KEYS[1], 'most' .. ARGV[2]))
  if not most or most < tonumber(ARGV[4]) then redis.call('HSET', KEYS[1], 'most' .. ARGV[2], ARGV[4]) end
end
return 1
`);

/**
 * Makes sure that no less is counted than is known to be spent.
 *
 * KEYS lease, budget · ARGV token, calls, cost, ttl in ms, then kind and cost of its dearest call in turn → 1, or -1
 * without the lease
 */
export const OPEN_BUDGET = new Script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end
local raise = function(field, value)
  local before = tonumber(redis.call('HGET', KEYS[2], field))
  if not before or before < tonumber(value) then redis.call('HSET', KEYS[2], field, value) end
end
raise('calls', ARGV[2])
raise('cost', ARGV[3])
for i = 5, #ARGV, 2 do raise('most' .. ARGV[i], ARGV[i + 1]) end
redis.call('PEXPIRE', KEYS[2], ARGV[4])
return 1
`);

/**
 * Takes the shares of workers that are lost: what waited goes back, what was sent counts as made.
 *
 * KEYS lease, budget · ARGV token, how the keys of living workers begin → [calls, cost, calls in the air, cost reserved for
 * them, calls lost now], numbers with fractions as text; -1 without the lease
 */
export const REAP_CALLS = new Script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end
local lives = {}
local lost = 0
local all = redis.call('HGETALL', KEYS[2])
for i = 1, #all, 2 do
  local worker = string.match(all[i], '^#([^:]*):')
  local mark, reserved = string.sub(all[i + 1], 1, 1), string.sub(all[i + 1], 2)
  if worker and lives[worker] == nil then lives[worker] = redis.call('EXISTS', ARGV[2] .. worker) == 1 end
  if worker and not lives[worker] and mark ~= 'x' then
    redis.call('HINCRBY', KEYS[2], 'air', -1)
    redis.call('HINCRBYFLOAT', KEYS[2], 'reserved', string.format('%.17g', -tonumber(reserved)))
    if mark == 's' then
      lost = lost + 1
      redis.call('HINCRBY', KEYS[2], 'calls', 1)
      redis.call('HINCRBYFLOAT', KEYS[2], 'cost', reserved)
      redis.call('HSET', KEYS[2], all[i], 'x' .. reserved)
    else
      redis.call('HDEL', KEYS[2], all[i])
    end
  end
end
local state = redis.call('HMGET', KEYS[2], 'calls', 'cost', 'air', 'reserved')
return {state[1] or '0', state[2] or '0', state[3] or '0', state[4] or '0', lost}
`);
