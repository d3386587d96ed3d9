#!/usr/bin/env bash
# A p-queue lets ten calls start per second (`intervalCap: 10, interval: 1000`). One call is made, and 40 more within the same second.
# Believed: nine of them start at once and ten at the start of each second after it: never more than ten within a window.
# Seen: from 9.1.0 to 9.3.5, the last version for Node 20, twenty start together at the end of the first second, 29 within 75 ms. When the queue
# had been empty, its timer comes in the very millisecond in which the window ends, and the window is taken for ended only in the
# one after: it starts ten, sets a timer for the rest of the window, which is nothing, and that starts ten more.
# With real clocks it is so whenever the timer is not late by a millisecond, more often than not. 10.0.0, which asks for Node 22, does well;
# so does `strict: true`, which slides the window.
# Exits 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --save-exact p-queue@9.3.5 later@npm:p-queue@10.0.0 >/dev/null
echo "p-queue 9.3.5 and 10.0.0, node $(node --version)"
cat > starts.mjs <<'JS'
import { mock } from 'node:test';
import Later from 'later';
import PQueue from 'p-queue';

// A clock that is moved by hand, so that a timer comes exactly when it is due.
mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: Date.UTC(2026, 10, 30) });
async function pass(ms) {
  for (let at = 0; at < ms; at++) {
    mock.timers.tick(1);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function starts(Queue, options) {
  const queue = new Queue({ intervalCap: 10, interval: 1000, ...options });
  const from = Date.now();
  const counts = {};
  const call = async () => {
    const at = Date.now() - from;
    counts[at] = (counts[at] ?? 0) + 1;
  };
  queue.add(call);
  await pass(925);
  for (let row = 0; row < 40; row++) queue.add(call);
  await pass(3500);
  return Object.entries(counts).map(([at, count]) => `${count} at ${at} ms`).join(', ');
}

console.log(`9.3.5: ${await starts(PQueue, {})}`);
console.log(`9.3.5, strict: ${await starts(PQueue, { strict: true })}`);
console.log(`10.0.0: ${await starts(Later, {})}`);
JS
node --no-warnings starts.mjs | tee seen
echo 'believed: at most 10 at the start of each second'
diff seen - <<'SEEN'
9.3.5: 1 at 0 ms, 9 at 925 ms, 20 at 1000 ms, 10 at 2000 ms, 1 at 3000 ms
9.3.5, strict: 1 at 0 ms, 9 at 925 ms, 1 at 1000 ms, 9 at 1925 ms, 1 at 2000 ms, 9 at 2925 ms, 1 at 3000 ms, 9 at 3925 ms, 1 at 4000 ms
10.0.0: 1 at 0 ms, 9 at 925 ms, 10 at 1000 ms, 10 at 2000 ms, 10 at 3000 ms, 1 at 4000 ms
SEEN
