#!/usr/bin/env bash
# What pandas writes into an OpenDocument spreadsheet for a cell whose lines end with CR LF, as those of mails and of
# files from Windows do, and what it reads of it.
# Believed: a cell with a line break of either kind comes back as it was or with LF, as it does from .xlsx; and a sheet
# that cannot be read whole raises an error.
# Seen: odfpy, with which pandas writes .ods, makes `&#12;` of CR in an attribute. That is a form feed (CR is `&#13;`), and
# no XML may have one: the file is broken, and nothing says so. pandas reads of it the rows down to that cell: the cell
# is empty, all rows below it are missing, and there is no error, only lines on the standard output. CR on its own does
# the same. What becomes of the file elsewhere hangs on the reader; `frame.replace('\r\n?', '\n', regex=True)` before
# it is written keeps it whole.
# Exits 1 when that changes. Needs python3 with venv and pip's index (odfpy is built there, of Python alone).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pandas==3.1.1 odfpy==1.4.1 openpyxl==3.1.5
venv/bin/python -c 'from importlib.metadata import version; print(*(f"{name} {version(name)}" for name in ("pandas", "odfpy")))'
cat > cells.py <<'PY'
import contextlib
import io
import xml.dom.minidom
import zipfile

import pandas

for name, mail in [("LF", "Dear all,\nthanks"), ("CR LF", "Dear all,\r\nthanks"), ("CR", "Dear all,\rthanks")]:
    rows = pandas.DataFrame({"id": range(1, 101), "mail": ["Thanks"] * 100})
    rows.loc[rows["id"] == 41, "mail"] = mail
    for file in ("mails.xlsx", "mails.ods"):
        rows.to_excel(file, index=False)
        with contextlib.redirect_stdout(io.StringIO()):
            read = pandas.read_excel(file)
        kept = read.loc[read["id"] == 41, "mail"].tolist()
        print(f"{file}, {name} in row 41 of 100: {len(read)} rows, row 41 {kept}")
    try:
        xml.dom.minidom.parseString(zipfile.ZipFile("mails.ods").read("content.xml"))
        print("  mails.ods is XML")
    except xml.parsers.expat.ExpatError as error:
        print(f"  mails.ods is no XML: {str(error).split(':')[0]}")
PY
venv/bin/python cells.py | tee seen
echo 'believed: 100 rows in each'
diff seen - <<'SEEN'
mails.xlsx, LF in row 41 of 100: 100 rows, row 41 ['Dear all,\nthanks']
mails.ods, LF in row 41 of 100: 100 rows, row 41 ['Dear all,\nthanks']
  mails.ods is XML
mails.xlsx, CR LF in row 41 of 100: 100 rows, row 41 ['Dear all,\nthanks']
mails.ods, CR LF in row 41 of 100: 41 rows, row 41 [nan]
  mails.ods is no XML: reference to invalid character number
mails.xlsx, CR in row 41 of 100: 100 rows, row 41 ['Dear all,\nthanks']
mails.ods, CR in row 41 of 100: 41 rows, row 41 [nan]
  mails.ods is no XML: reference to invalid character number
SEEN
