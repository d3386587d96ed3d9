#!/usr/bin/env bash
# What DuckDB reads of a CSV that DuckDB wrote: `COPY … TO` a file, and `COPY … FROM` it into an empty table like the first.
# Believed: both write and read the same format, as they do in PostgreSQL: quotes are `"`, and the table is the same.
# Seen: `COPY … FROM` guesses the quote from the first rows (20,480), and where one cell there stands in single quotes and
# none needed double ones, it takes ' for the quote. Then 'yes' is yes, '' is null, and further below `"` means nothing:
# "no, never" is cut at its comma, and its second half stands in the next column, where that was empty (where it was
# not, there is a column too many, and an error). In a table of one column each line of an answer is a row. No error in
# all three. It reads them well with `(HEADER, QUOTE '"', ESCAPE '"')`; `read_csv` guesses alike.
# Exits 1 when that changes. Needs python3 with venv and pip's index.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check --only-binary :all: duckdb==2.0.1
cat > back.py <<'PY'
import duckdb

print(f"duckdb {duckdb.__version__}")
QUOTED = "'yes'"


def copy(name, columns, rows, more, options="HEADER"):
    """`rows` is SQL that makes the first rows of the table, `more` are those below them."""
    store = duckdb.connect()
    store.execute(f"CREATE TABLE answers ({columns})")
    store.execute(f"INSERT INTO answers {rows}")
    for row in more:
        store.execute(f"INSERT INTO answers VALUES ({', '.join('?' * len(row))})", row)
    store.execute("COPY answers TO 'answers.csv' (HEADER)")
    store.execute("CREATE TABLE back AS FROM answers LIMIT 0")
    store.execute(f"COPY back FROM 'answers.csv' ({options})")
    count = store.execute("SELECT count(*) FROM answers").fetchone()[0]
    back = store.execute("FROM back").fetchall()
    last = back[-len(more) :]
    print(f"{name}: {count} rows, {len(back)} read, the last {last}{' as written' if last == more else ''}")


FEW = "SELECT 1, 'maybe', NULL"
copy("'yes', '' and no", "id INTEGER, answer VARCHAR, note VARCHAR", FEW, [(2, QUOTED, None), (3, "''", None), (4, "no", None)])
MANY = "SELECT range, '''yes''', NULL FROM range(30000)"
LATE = [(30000, "no, never", None), (30001, 'I say "no"', None)]
copy("a comma below 30,000 rows", "id INTEGER, answer VARCHAR, note VARCHAR", MANY, LATE)
copy("  its quote given", "id INTEGER, answer VARCHAR, note VARCHAR", MANY, LATE, "HEADER, QUOTE '\"', ESCAPE '\"'")
copy("an only column", "answer VARCHAR", "SELECT '''yes'''", [("no,\nor later",), ("no\nor never",)])
copy("  its quote given", "answer VARCHAR", "SELECT '''yes'''", [("no,\nor later",), ("no\nor never",)], "HEADER, QUOTE '\"', ESCAPE '\"'")
PY
venv/bin/python back.py | tee seen
echo 'believed: as many rows as were written, and as they were written'
diff seen - <<'SEEN'
duckdb 2.0.1
'yes', '' and no: 4 rows, 4 read, the last [(2, 'yes', None), (3, None, None), (4, 'no', None)]
a comma below 30,000 rows: 30002 rows, 30002 read, the last [(30000, '"no', ' never"'), (30001, '"I say ""no"""', None)]
  its quote given: 30002 rows, 30002 read, the last [(30000, 'no, never', None), (30001, 'I say "no"', None)] as written
an only column: 3 rows, 5 read, the last [('"no',), ('or never"',)]
  its quote given: 3 rows, 3 read, the last [('no,\nor later',), ('no\nor never',)] as written
SEEN
