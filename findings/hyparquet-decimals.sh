#!/usr/bin/env bash
# Ids of 17 digits in a Parquet file, as decimals without places: so Spark stores what MySQL calls BIGINT UNSIGNED and Oracle NUMBER.
# Believed: hyparquet gives them whole, as it gives ids of type INT64, which come as BigInt.
# Seen: it makes a double of every decimal, whatever its precision. Ids change by a few units, two rows come to have the same one, and
# a join finds the wrong row or none. Amounts of more than 15 digits change in their last places too. Its README says nothing of it,
# and neither a warning nor an option does.
# Exits 1 when that changes. Needs python3 with venv, and pip's index.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check --only-binary :all: pyarrow==26.0.1
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --save-exact hyparquet@1.33.0 >/dev/null
echo "hyparquet 1.33.0, pyarrow 26.0.1, node $(node --version)"
venv/bin/python - <<'PY'
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq

ids = [10155734902441600, 10155734902441601, 10155734902441602]
amounts = [Decimal('48213377654318.95'), Decimal('-0.10'), None]
pq.write_table(
    pa.table({
        'int64': pa.array(ids, pa.int64()),
        'decimal(20,0)': pa.array([Decimal(id) for id in ids], pa.decimal128(20, 0)),
        'decimal(18,2)': pa.array(amounts, pa.decimal128(18, 2)),
        'decimal(20,4)': pa.array([Decimal('9876543210123.4567'), Decimal('0.0001'), None], pa.decimal128(20, 4)),
    }),
    'rows.parquet',
)
for name, column in pq.read_table('rows.parquet').to_pydict().items():
    print(f'pyarrow {name}: {", ".join(map(str, column))}')
PY
cat > read.mjs <<'JS'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';

const rows = await parquetReadObjects({ file: await asyncBufferFromFile('rows.parquet') });
for (const name of Object.keys(rows[0])) {
  const column = rows.map((row) => row[name]);
  console.log(`hyparquet ${name}: ${column.map(String).join(', ')}; ${typeof column[0]}s, ${new Set(column).size} different ones`);
}
JS
node read.mjs | tee seen
echo 'believed: the values that pyarrow reads, all three ids different'
diff seen - <<'SEEN'
hyparquet int64: 10155734902441600, 10155734902441601, 10155734902441602; bigints, 3 different ones
hyparquet decimal(20,0): 10155734902441600, 10155734902441600, 10155734902441602; numbers, 2 different ones
hyparquet decimal(18,2): 48213377654318.95, -0.1, null; numbers, 3 different ones
hyparquet decimal(20,4): 9876543210123.455, 0.0001, null; numbers, 3 different ones
SEEN
