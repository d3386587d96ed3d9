#!/usr/bin/env bash
# What an object costs that begins with a spread and has more members: `{ ...base, end, at }`.
# Believed: about what it costs with the spread at its end, or with all of its members written out.
# Seen: Node 20 takes 20 times as long as with the spread at the end (2 µs), and what the object holds survives two
# collections of the young generation. Node 22 takes less than for the other order.
# Exits 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/spread.mjs" <<'JS'
const OBJECTS = 1_000_000;
const nanoseconds = (make) => {
  let sum = 0;
  const start = process.cpuUsage();
  for (let at = 0; at < OBJECTS; at++) sum += make({ reason: 'stop', usage: { at } }, at).at & 1;
  const { user, system } = process.cpuUsage(start);
  return Math.round(((user + system) * 1_000) / OBJECTS) + 0 * sum;
};
const first = nanoseconds((base, at) => ({ ...base, end: 'complete', at }));
const last = nanoseconds((base, at) => ({ end: 'complete', at, ...base }));
console.log(`node ${process.version}: ${first} ns with the spread first, ${last} ns with it last`);
process.exitCode = first > 5 * last ? 3 : 0;
JS
seen=''
for version in 20.20.2 22.23.3; do
  mkdir "$folder/$version"
  cd "$folder/$version"
  npm init -y >/dev/null
  npm install --silent --no-audit --no-fund --save-exact "node@$version" >/dev/null
  slow=no
  node_modules/.bin/node ../spread.mjs || slow=yes
  seen="$seen $version:$slow"
done
echo "believed: not slow in any; seen, slow:$seen"
[[ $seen == ' 20.20.2:yes 22.23.3:no' ]]
