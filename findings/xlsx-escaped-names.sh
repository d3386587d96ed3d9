#!/usr/bin/env bash
# A list of SharePoint's internal names ("First_x0020_Name" is the field "First Name") is written to a workbook and read again.
# Believed: a text comes back as it was written, at least where one library does both.
# Seen: it comes back as "First Name", and matches no field any more. So it is with any name or id that has an x and four digits of
# a hexadecimal number between two underscores, such as clip_x1080_v2. In a workbook, _xHHHH_ stands for the character of that number,
# and a text that merely looks like it has to be written with _x005F_ in place of its first underscore (ECMA-376, part 1, 22.9.2.19).
# ExcelJS, SheetJS, write-excel-file and hucre write it as it is, though all four read the mark for a character, as Excel does.
# XlsxWriter, for Python, writes it well, and then all read it well.
# Exits 1 when that changes. Needs python3 with venv, and pip's index.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check --only-binary :all: xlsxwriter==3.2.9
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --save-exact exceljs@4.4.0 xlsx@0.18.5 write-excel-file@4.1.1 read-excel-file@9.3.17 hucre@1.0.0 >/dev/null
echo "exceljs 4.4.0, xlsx 0.18.5, write-excel-file 4.1.1, read-excel-file 9.3.17, hucre 1.0.0, xlsxwriter 3.2.9, node $(node --version)"
cat > names.mjs <<'JS'
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import ExcelJS from 'exceljs';
import { readXlsx, writeXlsx } from 'hucre';
import readExcelFile from 'read-excel-file/node';
import writeExcelFile from 'write-excel-file/node';
import XLSX from 'xlsx';

const name = 'First_x0020_Name';
const inPython = `
import sys, xlsxwriter
with xlsxwriter.Workbook(sys.argv[1]) as book:
    book.add_worksheet().write_string(0, 0, sys.argv[2])
`;
const writers = {
  ExcelJS: (file) => {
    const book = new ExcelJS.Workbook();
    book.addWorksheet('names').addRow([name]);
    return book.xlsx.writeFile(file);
  },
  SheetJS: (file) => {
    const book = XLSX.utils.book_new();
    XLSX.utils.book_append_sheet(book, XLSX.utils.aoa_to_sheet([[name]]), 'names');
    XLSX.writeFile(book, file, { bookSST: true });
  },
  'write-excel-file': (file) => writeExcelFile([[{ value: name, type: String }]]).toFile(file),
  hucre: async (file) => writeFile(file, await writeXlsx({ sheets: [{ name: 'names', rows: [[name]] }] })),
  XlsxWriter: (file) => execFileSync('venv/bin/python', ['-c', inPython, file, name]),
};
const readers = {
  ExcelJS: async (file) => {
    const book = new ExcelJS.Workbook();
    await book.xlsx.readFile(file);
    return book.worksheets[0].getCell('A1').value;
  },
  SheetJS: (file) => {
    const book = XLSX.readFile(file);
    return book.Sheets[book.SheetNames[0]].A1.v;
  },
  'read-excel-file': async (file) => (await readExcelFile(file))[0].data[0][0],
  hucre: async (file) => (await readXlsx(await readFile(file))).sheets[0].rows[0][0],
};
for (const [writer, write] of Object.entries(writers)) {
  await write('names.xlsx');
  const seen = [];
  for (const [reader, read] of Object.entries(readers)) seen.push(`${reader} "${await read('names.xlsx')}"`);
  console.log(`written by ${writer}, read by ${seen.join(', ')}`);
}
JS
node names.mjs | tee seen
echo 'believed: First_x0020_Name in all'
diff seen - <<'SEEN'
written by ExcelJS, read by ExcelJS "First Name", SheetJS "First Name", read-excel-file "First Name", hucre "First Name"
written by SheetJS, read by ExcelJS "First Name", SheetJS "First Name", read-excel-file "First Name", hucre "First Name"
written by write-excel-file, read by ExcelJS "First Name", SheetJS "First Name", read-excel-file "First Name", hucre "First Name"
written by hucre, read by ExcelJS "First Name", SheetJS "First Name", read-excel-file "First Name", hucre "First Name"
written by XlsxWriter, read by ExcelJS "First_x0020_Name", SheetJS "First_x0020_Name", read-excel-file "First_x0020_Name", hucre "First_x0020_Name"
SEEN
