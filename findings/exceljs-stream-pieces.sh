#!/usr/bin/env bash
# ExcelJS reads a workbook whole (`readFile`) or, where it is large, row by row (`stream.xlsx.WorkbookReader`).
# Believed: both give the same texts.
# Seen: of a text that is kept in several pieces, the row-by-row reader may give the last piece alone. "Do not buy" with a bold
# "not" is " buy" where the text stands in its cell, as ExcelJS's own row-by-row writer and openpyxl store it. And a Japanese
# word is replaced by how it is pronounced: Excel keeps what was typed before the conversion (furigana) behind the text, which shows
# nowhere in the sheet. Each piece is a `t` element, and each of these begins the text anew.
# Exits 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --save-exact exceljs@4.4.0 jszip@3.10.1 xlsx@0.18.5 >/dev/null
echo "exceljs 4.4.0, xlsx 0.18.5, node $(node --version)"
cat > read.mjs <<'JS'
import { readFile, writeFile } from 'node:fs/promises';
import ExcelJS from 'exceljs';
import JSZip from 'jszip';
import XLSX from 'xlsx';

const text = (value) => value?.richText?.map((piece) => piece.text).join('') ?? value;
const readers = {
  'ExcelJS, whole': async (file) => {
    const book = new ExcelJS.Workbook();
    await book.xlsx.readFile(file);
    return book.worksheets[0].getColumn(1).values.slice(1).map(text);
  },
  SheetJS: async (file) => {
    const book = XLSX.readFile(file);
    return XLSX.utils.sheet_to_json(book.Sheets[book.SheetNames[0]], { header: 1 }).flat();
  },
  'ExcelJS, row by row': async (file) => {
    const texts = [];
    for await (const sheet of new ExcelJS.stream.xlsx.WorkbookReader(file)) for await (const row of sheet) texts.push(text(row.getCell(1).value));
    return texts;
  },
};

async function write(file, values, useSharedStrings) {
  const book = new ExcelJS.stream.xlsx.WorkbookWriter({ filename: file, useSharedStrings });
  const sheet = book.addWorksheet('rows');
  for (const value of values) sheet.addRow([value]).commit();
  await book.commit();
}
const advice = { richText: [{ text: 'Do ' }, { font: { bold: true }, text: 'not' }, { text: ' buy' }] };
await write('texts-in-cells.xlsx', ['plain', advice], false);
await write('texts-in-a-table.xlsx', ['plain', advice, '東京'], true);

/** Puts the sheets behind the strings: where they come first, the row-by-row reader now and then gives numbers of strings for all texts. */
async function rewrite(file, to, change = (strings) => strings) {
  const from = await JSZip.loadAsync(await readFile(file));
  const zip = new JSZip();
  const [sheets, others] = [true, false].map((wanted) => Object.keys(from.files).filter((name) => name.startsWith('xl/worksheets/') === wanted));
  for (const name of [...others, ...sheets]) {
    const content = await from.file(name).async('string');
    zip.file(name, name === 'xl/sharedStrings.xml' ? change(content) : content);
  }
  await writeFile(to, await zip.generateAsync({ type: 'nodebuffer' }));
}
await rewrite('texts-in-cells.xlsx', 'texts-in-cells.xlsx');
// The pronunciation as Excel writes it (ECMA-376, part 1, 18.4.6).
await rewrite('texts-in-a-table.xlsx', 'as-typed-in-japan.xlsx', (strings) =>
  strings.replace(/(<t[^>]*>東京<\/t>)/, '$1<rPh sb="0" eb="2"><t>トウキョウ</t></rPh><phoneticPr fontId="0"/>'),
);
await rewrite('texts-in-a-table.xlsx', 'texts-in-a-table.xlsx');

for (const file of ['texts-in-cells.xlsx', 'texts-in-a-table.xlsx', 'as-typed-in-japan.xlsx'])
  for (const [name, read] of Object.entries(readers)) console.log(`${file}, ${name}: ${JSON.stringify(await read(file))}`);
JS
node read.mjs | tee seen
echo 'believed: "Do not buy" and "東京" in each'
diff seen - <<'SEEN'
texts-in-cells.xlsx, ExcelJS, whole: ["plain","Do not buy"]
texts-in-cells.xlsx, SheetJS: ["plain","Do not buy"]
texts-in-cells.xlsx, ExcelJS, row by row: ["plain"," buy"]
texts-in-a-table.xlsx, ExcelJS, whole: ["plain","Do not buy","東京"]
texts-in-a-table.xlsx, SheetJS: ["plain","Do not buy","東京"]
texts-in-a-table.xlsx, ExcelJS, row by row: ["plain","Do not buy","東京"]
as-typed-in-japan.xlsx, ExcelJS, whole: ["plain","Do not buy","東京"]
as-typed-in-japan.xlsx, SheetJS: ["plain","Do not buy","東京"]
as-typed-in-japan.xlsx, ExcelJS, row by row: ["plain","Do not buy","トウキョウ"]
SEEN
