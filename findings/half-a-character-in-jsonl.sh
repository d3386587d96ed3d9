#!/usr/bin/env bash
# Believed: a line of JSON with the escape \ud800 alone (RFC 8259, section 8.2, allows it and calls what comes of it
# unpredictable) is either refused by a reader or read as U+FFFD.
# Seen: of four readers two refuse the whole file, one drops the character without a word, and polars makes NUL of it.
# JSON.stringify of Node writes exactly that escape for a string that was cut in the middle of a character.
#
# Exits 1 when one of them reads it in another way. Needs python3 with venv, and pip's index.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: \
  pandas==3.1.1 polars==2.1.0 duckdb==2.0.1 pyarrow==26.0.1
printf '%s\n' '{"text":"a\ud800b"}' '{"text":"whole"}' >"$folder/in.jsonl"

"$folder/venv/bin/python" - "$folder/in.jsonl" <<'PYTHON'
import sys
from importlib.metadata import version

import duckdb
import pandas
import polars
import pyarrow.json

path = sys.argv[1]


def seen(read):
    try:
        return ascii(list(read()))
    except Exception as error:
        return f"refused: {str(error).splitlines()[0].split(chr(34))[-1][:90]}"


readers = {
    "pandas": (lambda: pandas.read_json(path, lines=True)["text"], "['ab', 'whole']"),
    "polars": (lambda: polars.read_ndjson(path)["text"], r"['a\x00b', 'whole']"),
    "duckdb": (lambda: [row[0] for row in duckdb.sql(f"FROM read_json('{path}')").fetchall()], "refused"),
    "pyarrow": (lambda: pyarrow.json.read_json(path)["text"].to_pylist(), "refused"),
}
print("believed: refused, or ['a\\ufffdb', 'whole'] by all")
changed = False
for name, (read, expected) in readers.items():
    found = seen(read)
    print(f"{name} {version(name)}: {found}")
    changed = changed or not found.startswith(expected)
if changed:
    print("changed since this was written")
sys.exit(changed)
PYTHON
