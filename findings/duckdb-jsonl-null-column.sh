#!/usr/bin/env bash
# What DuckDB reads of a JSONL file whose rows have `"note": null` at first, and texts later.
# Believed: a sample that has only nulls says nothing of the column's type, so texts behind it are read, or refused, as
# DuckDB 1.5.6 does (it reads them) and as DuckDB 2.0.1 itself does with a CSV.
# Seen: in 2.0.1, where the first 20,480 rows (the default `sample_size`) are null, the column has the type "NULL", and
# each later text, number and object in it is read as NULL, without an error. `sample_size=-1` reads them all.
#
# Exits 1 when that changes. Needs python3 with venv, and pip's index.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for version in 1.5.6 2.0.1; do
  python3 -m venv "$folder/$version"
  "$folder/$version/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: "duckdb==$version"
done
cd "$folder"
awk 'BEGIN { for (i = 1; i <= 21480; i++) printf "{\"id\":%d,\"note\":%s}\n", i, (i > 20480 ? "\"call back\"" : "null") }' >notes.jsonl
awk 'BEGIN { print "id,note"; for (i = 1; i <= 21480; i++) printf "%d,%s\n", i, (i > 20480 ? "call back" : "") }' >notes.csv

cat >count.py <<'PYTHON'
import duckdb

for source in ("read_json('notes.jsonl')", "read_json('notes.jsonl', sample_size=-1)", "read_csv('notes.csv')"):
    rows, notes, kind = duckdb.sql(f"SELECT count(*), count(note), any_value(typeof(note)) FROM {source}").fetchall()[0]
    print(f"duckdb {duckdb.__version__}, {source}: {rows} rows, {notes} notes, of type {kind}")
PYTHON
for version in 1.5.6 2.0.1; do "$version/bin/python" count.py; done | tee seen
echo 'believed: 1000 notes in each'
diff seen - <<'SEEN'
duckdb 1.5.6, read_json('notes.jsonl'): 21480 rows, 1000 notes, of type JSON
duckdb 1.5.6, read_json('notes.jsonl', sample_size=-1): 21480 rows, 1000 notes, of type VARCHAR
duckdb 1.5.6, read_csv('notes.csv'): 21480 rows, 1000 notes, of type VARCHAR
duckdb 2.0.1, read_json('notes.jsonl'): 21480 rows, 0 notes, of type "NULL"
duckdb 2.0.1, read_json('notes.jsonl', sample_size=-1): 21480 rows, 1000 notes, of type VARCHAR
duckdb 2.0.1, read_csv('notes.csv'): 21480 rows, 1000 notes, of type VARCHAR
SEEN
