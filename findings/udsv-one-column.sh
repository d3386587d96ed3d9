#!/usr/bin/env bash
# How uDSV reads a CSV of one column in which a cell is quoted.
# Believed: as any other CSV, its first line being the header.
# Seen: it takes the file's last line for the header and finds no rows below it, without an error. With a second column,
# or without the quotes, it reads the file well.
#
# Exits 1 when that changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --save-exact udsv@0.7.3 >/dev/null
echo "udsv $(node -p "require('udsv/package.json').version"), node $(node --version)"
cat >read.cjs <<'JS'
const { inferSchema, initParser } = require('udsv');

for (const csv of ['"text"\n"fine"\n"good"\n', 'text\nfine\n"good"\nlate\n', 'text\nfine\ngood\nlate\n', 'id,text\n1,"fine"\n2,"good"\n']) {
  const schema = inferSchema(csv);
  const names = schema.cols.map((column) => column.name);
  console.log(`${JSON.stringify(csv)}: columns ${JSON.stringify(names)}, rows ${JSON.stringify(initParser(schema).stringArrs(csv))}`);
}
JS
node read.cjs | tee seen
echo 'believed: rows below the column text, in each'
diff seen - <<'SEEN'
"\"text\"\n\"fine\"\n\"good\"\n": columns ["good"], rows []
"text\nfine\n\"good\"\nlate\n": columns ["late"], rows []
"text\nfine\ngood\nlate\n": columns ["text"], rows [["fine"],["good"],["late"]]
"id,text\n1,\"fine\"\n2,\"good\"\n": columns ["id","text"], rows [["1","fine"],["2","good"]]
SEEN
