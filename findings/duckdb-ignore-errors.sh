#!/usr/bin/env bash
# What `ignore_errors` does to DuckDB's reading of a CSV that has no errors: mails, each a quoted cell that lists an order
# in lines of as many fields as the file has columns.
# Believed: an option that skips rows that cannot be read changes nothing where every row can be read.
# Seen: a file of 14 MB is read in pieces, and where a piece begins within a mail, DuckDB takes the mail's lines for rows.
# With `ignore_errors=true` these come on top of the 20,000 rows, without a word, also where the columns' types and the
# quote are given. Without the option it refuses the file. `parallel=false` reads it well; one thread does not.
#
# Exits 1 when that changes. Needs python3 with venv, and pip's index.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: duckdb==2.0.1
cd "$folder"

cat >read.py <<'PYTHON'
import csv

import duckdb

with open("mails.csv", "w", newline="") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["id", "mail", "score"])
    for row in range(20_000):
        order = "\n".join(f"{item},blue chair,{item}" for item in range(1, 41))
        writer.writerow([row, f"Our order, please:\n{order}\nThanks", row % 100])

given = "header=true, delim=',', quote='\"', columns={'id': 'BIGINT', 'mail': 'VARCHAR', 'score': 'BIGINT'}"
for options in ("parallel=false", "ignore_errors=true", f"ignore_errors=true, {given}", given):
    shown = options.replace(given, "all given")
    try:
        table = f"read_csv('mails.csv', {options})"
        rows, mails, score = duckdb.sql(
            f"SELECT count(*), count(*) FILTER (mail LIKE 'Our order%'), sum(score) FROM {table}"
        ).fetchall()[0]
        print(f"duckdb {duckdb.__version__}, {shown}: {rows} rows, {mails} of them mails, score {score}")
        if rows != mails:
            print(" ", duckdb.sql(f"FROM {table} WHERE mail NOT LIKE 'Our order%' ORDER BY id LIMIT 1").fetchall())
    except duckdb.Error:  # one of several, by how the threads come along
        print(f"duckdb {duckdb.__version__}, {shown}: refused")
PYTHON
venv/bin/python read.py | tee seen
echo 'believed: 20000 rows, all of them mails, in each'
diff seen - <<'SEEN'
duckdb 2.0.1, parallel=false: 20000 rows, 20000 of them mails, score 990000
duckdb 2.0.1, ignore_errors=true: 20022 rows, 20000 of them mails, score 990649
  [(19, 'blue chair', 19)]
duckdb 2.0.1, ignore_errors=true, all given: 20022 rows, 20000 of them mails, score 990649
  [(19, 'blue chair', 19)]
duckdb 2.0.1, all given: refused
SEEN
