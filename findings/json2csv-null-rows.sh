#!/usr/bin/env bash
# What json2csv makes of one column of rows, in one of which it is null, as an answer that failed is in JSONL.
# Believed: a CSV of as many rows as there are objects: the object is not empty, it has an id. (`includeEmptyRows`, off by
# default, is described by the words "includes empty rows".)
# Seen: a row is taken for empty, and left out, where all columns that were chosen are null or missing; an empty text
# counts as something. So the answers below move up by a row, beside whatever the column is put.
#
# Exits 1 when that changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --save-exact @json2csv/plainjs@7.0.8 >/dev/null
echo "@json2csv/plainjs $(node -p "JSON.parse(require('fs').readFileSync('node_modules/@json2csv/plainjs/package.json')).version"), node $(node --version)"
cat >column.mjs <<'JS'
import { Parser } from '@json2csv/plainjs';

const columnOf = (failed, options) =>
  new Parser({ fields: ['answer'], ...options }).parse([{ id: 1, answer: 'good' }, { id: 2, ...failed }, { id: 3, answer: 'fair' }]);
for (const [failed, options] of [[{ answer: null }], [{}], [{ answer: '' }], [{ answer: null }, { includeEmptyRows: true }]]) {
  console.log(`the second row has ${JSON.stringify(failed)} ${JSON.stringify(options ?? {})}: ${JSON.stringify(columnOf(failed, options))}`);
}
JS
node column.mjs | tee seen
echo 'believed: three rows below the header, in each'
diff seen - <<'SEEN'
the second row has {"answer":null} {}: "\"answer\"\n\"good\"\n\"fair\""
the second row has {} {}: "\"answer\"\n\"good\"\n\"fair\""
the second row has {"answer":""} {}: "\"answer\"\n\"good\"\n\"\"\n\"fair\""
the second row has {"answer":null} {"includeEmptyRows":true}: "\"answer\"\n\"good\"\n\n\"fair\""
SEEN
