#!/usr/bin/env bash
# What LangChain's `with_retry().batch(…, return_exceptions=True)` gives for a batch in which one row fails for good.
# Believed: the failed row has its error in its place, and the others their answers, as in a batch without retries.
# Seen: where the error is of a kind that is not to be tried again, every row has it in its place, the answered ones
# too: their answers, which are paid for, are gone, and a row whose error is of the other kind is not tried again. The
# first error of a batch decides for all: where it is one to be tried again, the refused row is asked again with it.
# Exits 1 when that changes. Needs python3 with venv and pip's index.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check --only-binary :all: langchain-core==1.8.3
echo "langchain-core $(venv/bin/python -c 'from importlib.metadata import version; print(version("langchain-core"))')"
cat > batch.py <<'PY'
import asyncio
from collections import Counter

from langchain_core.runnables import RunnableLambda

calls = Counter()


def ask(row):
    calls[row] += 1
    if row == "refused":
        raise ValueError("refused")
    if row == "slow" and calls[row] == 1:
        raise TimeoutError("slow")
    return f"answer to {row}"


def tell(name, answers):
    shown = ", ".join(str(answer) for answer in answers)
    print(f"{name}: {shown} ({calls.total()} calls)")
    calls.clear()


plain = RunnableLambda(ask)
retried = plain.with_retry(retry_if_exception_type=(TimeoutError,), wait_exponential_jitter=False)
rows = ["a", "refused", "slow", "b"]
tell("without retries", plain.batch(rows, return_exceptions=True))
tell("with retries", retried.batch(rows, return_exceptions=True))
tell("with retries, abatch", asyncio.run(retried.abatch(rows, return_exceptions=True)))
rows = ["a", "slow", "refused", "b"]
tell("with retries, slow before refused", retried.batch(rows, return_exceptions=True))
PY
venv/bin/python batch.py | tee seen
echo 'believed: with retries: answer to a, refused, answer to slow, answer to b (5 calls), in the order of the rows'
diff seen - <<'SEEN'
without retries: answer to a, refused, slow, answer to b (4 calls)
with retries: refused, refused, refused, refused (4 calls)
with retries, abatch: refused, refused, refused, refused (4 calls)
with retries, slow before refused: refused, refused, refused, refused (6 calls)
SEEN
