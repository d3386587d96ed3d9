#!/usr/bin/env bash
# What the JavaScript library of Apache Arrow makes of rows with `tableFromJSON`, on their way into an Arrow or Parquet
# file.
# Believed: values of two types in a column are refused, or become text, as other writers have it.
# Seen: the first value gives the type of its column, of a member or of an item, and whatever comes later is made to fit,
# without an error: a text is NaN in a column of numbers (0, if it is empty) and false in a column of truth values, a key
# that the first object does not have is dropped, and so are the items of a list that was empty at first.
#
# Exits 1 when that changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --save-exact apache-arrow@21.2.0 >/dev/null
echo "apache-arrow $(node -p "JSON.parse(require('fs').readFileSync('node_modules/apache-arrow/package.json')).version"), node $(node --version)"
cat >table.cjs <<'JS'
const { tableFromIPC, tableFromJSON, tableToIPC } = require('apache-arrow');

const shown = (value) => JSON.stringify(value, (_, v) => (Number.isNaN(v) ? 'NaN' : v));
for (const values of [
  [12, 'about 15'],
  [12, ''],
  [true, 'unclear'],
  [{ colour: 'blue' }, { size: 'XL' }],
  [[], ['a', 'b']],
  [[1], ['a']],
]) {
  const table = tableFromIPC(tableToIPC(tableFromJSON(values.map((answer) => ({ answer })))));
  console.log(`${shown(values)} reads back as ${shown(table.toArray().map((row) => row.toJSON().answer))}`);
}
JS
node table.cjs | tee seen
echo 'believed: refused, or the values as they were'
diff seen - <<'SEEN'
[12,"about 15"] reads back as [12,"NaN"]
[12,""] reads back as [12,0]
[true,"unclear"] reads back as [true,false]
[{"colour":"blue"},{"size":"XL"}] reads back as [{"colour":"blue"},{"colour":""}]
[[],["a","b"]] reads back as [[],[null,null]]
[[1],["a"]] reads back as [[1],["NaN"]]
SEEN
