#!/usr/bin/env bash
# What ExcelJS writes into a CSV for a sheet in which a name is a link, and a word of a note is bold.
# Believed: the text that a cell shows, as a spreadsheet saves it as CSV, and as ExcelJS itself has it in `cell.text`.
# Seen: for a link its address, so that the names are gone; for a note with a bold word the JSON of its parts and fonts.
# The same sheet's other cells come out as texts. A row's prompt made of such a CSV asks about an address.
#
# Exits 1 when that changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --save-exact exceljs@4.4.0 >/dev/null
echo "exceljs $(node -p "require('exceljs/package.json').version"), node $(node --version)"
cat >convert.cjs <<'JS'
const { Workbook } = require('exceljs');

async function convert() {
  const made = new Workbook();
  const sheet = made.addWorksheet('products');
  sheet.addRow(['id', 'name', 'note']);
  sheet.addRow([1, 'Lamp', 'warm light']);
  sheet.addRow([2, { text: 'Oak chair', hyperlink: 'http://localhost/p/2' }, { richText: [{ text: 'very ' }, { font: { bold: true }, text: 'sturdy' }] }]);
  await made.xlsx.writeFile('products.xlsx');

  const read = new Workbook();
  await read.xlsx.readFile('products.xlsx');
  const shown = read.getWorksheet('products').getRow(3);
  console.log(`shown: ${shown.getCell(2).text}, ${shown.getCell(3).text}`);
  console.log((await read.csv.writeBuffer()).toString());
}
convert();
JS
node convert.cjs | tee seen
echo 'believed: 2,Oak chair,very sturdy'
diff seen - <<'SEEN'
shown: Oak chair, very sturdy
id,name,note
1,Lamp,warm light
2,http://localhost/p/2,"{""richText"":[{""text"":""very ""},{""font"":{""bold"":true},""text"":""sturdy""}]}"
SEEN
