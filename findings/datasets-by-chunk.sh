#!/usr/bin/env bash
# What Hugging Face's datasets and dask make of a column of codes in which one has a letter (A1, then 007 over and over),
# and datasets of a column of JSONL in which a text is followed by days (soon, then 2024-01-02 over and over).
# Believed: a value that can only be text makes the column text, and text stays as it is written; in any case equal
# values stay equal.
# Seen: the type of each piece is guessed by itself (10,000 rows of a CSV or 10 MB of JSONL in datasets, a block in dask),
# and text made of it afterwards. So 007 stays 007 in the piece that has the letter, and is 7 in all others, in one column
# of text and without a warning; 1.10 becomes 1.1, 1e5 becomes 100000, 2024-01-02 of JSONL becomes 2024-01-02 00:00:00,
# and the offset of a time is dropped. datasets leaves the values alone with
# `features=Features({'sku': Value('string'), …})`, dask with `dtype=str`.
#
# Exits 1 when one of them reads it in another way. Needs python3 with venv, and pip's index.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: \
  datasets==5.2.0 dask==2026.8.0 pandas==3.1.1 pyarrow==26.0.1

HF_HUB_OFFLINE=1 HF_HOME="$folder/cache" "$folder/venv/bin/python" - "$folder/codes.csv" <<'PYTHON'
import sys
from importlib.metadata import version

import dask.dataframe
from datasets import Features, Value, disable_progress_bars, load_dataset

disable_progress_bars()
path = sys.argv[1]
changed = False


def look(name, codes, expected, rows=(0, 1, 9_999, 10_000, 19_999)):
    global changed
    found = [str(codes[row]) for row in rows]
    print(f"{name}: {found}")
    changed = changed or found != expected


def by_datasets(**options):
    return load_dataset("csv", data_files=path, split="train", **options)["sku"]


print("believed: a code is the same in rows 2 and 20,000. Seen, in rows 1, 2, 10,000, 10,001 and 20,000:")
for code, late in (("007", "7"), ("1.10", "1.1"), ("1e5", "100000")):
    with open(path, "w") as file:
        file.write("sku\nA1\n" + f"{code}\n" * 19_999)
    look(f"datasets {version('datasets')}", by_datasets(), ["A1", code, code, late, late])
    as_written = by_datasets(features=Features({"sku": Value("string")}))
    look("  with features", as_written, ["A1", code, code, code, code])
    if code != "007":
        continue
    blocks = dask.dataframe.read_csv(path, blocksize=40_000)  # 20,000 rows make two blocks; dask's own are of 64 MB
    look(f"dask {version('dask')}", list(blocks.compute()["sku"]), ["A1", code, code, late, late])

print("believed: a day is the same in rows 2 and 300,000 of JSONL. Seen, in rows 1, 2 and 300,000:")
for day, late in (("2024-01-02", "2024-01-02 00:00:00"), ("2024-01-02T10:00:00+02:00", "2024-01-02 08:00:00")):
    path = f"{sys.argv[1]}.jsonl"
    with open(path, "w") as file:
        file.write('{"due":"soon"}\n' + f'{{"due":"{day}","task":"water the plants in the hall"}}\n' * 299_999)
    days = load_dataset("json", data_files=path, split="train")["due"]
    look(f"datasets {version('datasets')}", days, ["soon", day, late], (0, 1, 299_999))
if changed:
    print("changed since this was written")
sys.exit(changed)
PYTHON
