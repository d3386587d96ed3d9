#!/usr/bin/env bash
# What fflate makes of a gzip file of two members (RFC 1952, 2.2), as `cat a.gz b.gz`, logs that are appended to and
# tools that compress in parallel write them.
# Believed: a gzip decoder gives the text of all members, or says that there is more than it read.
# Seen: `gunzipSync` gives the first member's text and no error; the streaming `Gunzip`, given the file whole, does so
# too. A table loses all rows but the first ones, and nobody is told.
# Exits 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --save-exact fflate@0.8.2 >/dev/null
echo "fflate $(node -p "require('./node_modules/fflate/package.json').version"), node $(node --version)"
cat > read.cjs <<'JS'
const zlib = require('node:zlib');
const { Gunzip, gunzipSync } = require('fflate');
const file = Buffer.concat([zlib.gzipSync('id,name\n1,mug\n'), zlib.gzipSync('2,cup\n'.repeat(1000))]);
let streamed = 0;
new Gunzip((chunk) => {
  streamed += chunk.length;
}).push(file, true);
console.log(`zlib ${zlib.gunzipSync(file).length}, gunzipSync ${gunzipSync(file).length}, Gunzip ${streamed}`);
JS
echo 'believed: zlib 6014, gunzipSync 6014, Gunzip 6014'
node read.cjs | tee seen
diff seen - <<'SEEN'
zlib 6014, gunzipSync 14, Gunzip 14
SEEN
