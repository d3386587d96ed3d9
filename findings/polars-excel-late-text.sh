#!/usr/bin/env bash
# What polars reads of a sheet whose column of codes begins with 100 numbers and has A17 below them.
# Believed: a code that does not fit the type guessed from the rows above it raises an error, as it does in polars' own
# `read_csv`, or the column is read as text, as pandas reads it; and a row that has something in it is a row.
# Seen: `read_excel` guesses the type from 100 rows, and what does not fit is null, without a word. Then rows without
# values are left out, and a row whose only value has just been made null is one of them: the table has fewer rows than
# the sheet, and what is beside it row by row no longer fits. In a column of TRUE and FALSE a late 5 is true.
# It reads all of it with `infer_schema_length=None`, and so does `engine="openpyxl"`.
# Exits 1 when that changes. Needs python3 with venv and pip's index.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check --only-binary :all: \
  polars==2.1.0 fastexcel==0.21.0 xlsxwriter==3.3.1 openpyxl==3.1.5 pandas==3.1.1
venv/bin/python -c 'from importlib.metadata import version
print(*(f"{name} {version(name)}" for name in ("polars", "fastexcel")))'
cat > read.py <<'PY'
import pandas
import polars
import xlsxwriter


def write(names, rows):
    with xlsxwriter.Workbook("codes.xlsx") as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([names, *rows]):
            sheet.write_row(number, 0, row)


def show(name, table):
    print(f"{name}: {table.height} rows, the last {table.tail(3).rows()}")


write(["sku"], [*([code] for code in range(1001, 1101)), ["A17"], [1102], ["B3"]])
show("codes, by default", polars.read_excel("codes.xlsx"))
show("codes, infer_schema_length=None", polars.read_excel("codes.xlsx", infer_schema_length=None))
show("codes, openpyxl", polars.read_excel("codes.xlsx", engine="openpyxl"))
pandas_rows = pandas.read_excel("codes.xlsx")["sku"].tolist()
print(f"codes, pandas: {len(pandas_rows)} rows, the last {pandas_rows[-3:]}")
write(["sku", "name"], [*([code, "lamp"] for code in range(1001, 1101)), ["A17", "shade"], [1102, "bulb"], ["B3", "cord"]])
show("codes and names, by default", polars.read_excel("codes.xlsx"))
write(["id", "sold"], [*([id, True] for id in range(1, 101)), [101, 5], [102, "unsure"], [103, False]])
show("ids and yes or no, by default", polars.read_excel("codes.xlsx"))
PY
venv/bin/python read.py 2>said | tee seen || { cat said; exit 1; }
echo 'believed: 103 rows in each, with A17 and B3'
if [ -s said ]; then echo 'it warns now:'; cat said; exit 1; fi
diff seen - <<'SEEN'
codes, by default: 101 rows, the last [(1099,), (1100,), (1102,)]
codes, infer_schema_length=None: 103 rows, the last [('A17',), ('1102',), ('B3',)]
codes, openpyxl: 103 rows, the last [('A17',), ('1102',), ('B3',)]
codes, pandas: 103 rows, the last ['A17', 1102, 'B3']
codes and names, by default: 103 rows, the last [(None, 'shade'), (1102, 'bulb'), (None, 'cord')]
ids and yes or no, by default: 103 rows, the last [(101, True), (102, None), (103, False)]
SEEN
