#!/usr/bin/env bash
# What `Dataset.map` of Hugging Face's datasets keeps of the answers that a function gave, where it had none for a row.
# Believed: a row for which the function returns None, or other keys than its neighbours, stays as it was or raises an
# error; in any case it costs the answers of other rows nothing.
# Seen: whether there is anything to write is decided anew at each call, and the last call's word counts. So None for the
# last row (or for the last batch of many) throws away the answers to all rows: each was asked, and the table comes back
# as it was. None for another row drops the row itself. And of each 1,000 rows only those keys are kept that the first of
# them has: an `error` that some rows carry beside the answer is gone where that first row went well. Not a warning in
# all three. It works where the function returns the same keys for every row, None for what a row has not.
# (None for the first row raises an error once the second has an answer.)
# Exits 1 when that changes. Needs python3 with venv and pip's index.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check --only-binary :all: datasets==5.2.0 pyarrow==26.0.1 pandas==3.1.1
echo "datasets $(venv/bin/python -c 'from importlib.metadata import version; print(version("datasets"))')"
cat > ask.py <<'PY'
from datasets import Dataset, disable_progress_bars

disable_progress_bars()


def ask(name, count, answer_to, **options):
    calls = 0

    def counted(row):
        nonlocal calls
        calls += 1
        return answer_to(row)

    rows = Dataset.from_dict({"id": list(range(1, count + 1))})
    answered = rows.map(counted, load_from_cache_file=False, **options)
    filled = {name: sum(value is not None for value in answered[name]) for name in answered.column_names}
    print(f"{name}: {calls} calls, {len(answered)} rows with {filled}")


def batch_of_ten(batch):
    return None if 2000 in batch["id"] else {"answer": ["red"] * len(batch["id"])}


def with_error(row):
    return {"answer": None, "error": "refused"} if row["id"] % 10 == 5 else {"answer": "red"}


def same_keys(row):
    return {"answer": None, "error": "refused"} if row["id"] % 10 == 5 else {"answer": "red", "error": None}


ask("None for the last row", 2000, lambda row: None if row["id"] == 2000 else {"answer": "red"})
ask("None for the last batch of 10", 2000, batch_of_ten, batched=True, batch_size=10)
ask("None for the row before it", 2000, lambda row: None if row["id"] == 1999 else {"answer": "red"})
ask("an error for each tenth row", 2000, with_error)
ask("the same keys for every row", 2000, same_keys)
PY
HF_HUB_OFFLINE=1 HF_HOME="$folder/cache" venv/bin/python ask.py 2>said | tee seen
echo 'believed: 2000 rows in each, with all the answers that were given, and 200 errors in the last two'
if [ -s said ]; then echo 'it warns now:'; cat said; exit 1; fi
diff seen - <<'SEEN'
None for the last row: 2000 calls, 2000 rows with {'id': 2000}
None for the last batch of 10: 200 calls, 2000 rows with {'id': 2000}
None for the row before it: 2000 calls, 1999 rows with {'id': 1999, 'answer': 1999}
an error for each tenth row: 2000 calls, 2000 rows with {'id': 2000, 'answer': 1800}
the same keys for every row: 2000 calls, 2000 rows with {'id': 2000, 'answer': 1800, 'error': 200}
SEEN
