"""Reads a file of rows by each reader and prints what each of them saw, as JSON.

    python read_back.py FILE FORMAT

FORMAT is csv, tsv or jsonl; a name that ends in .gz is of a compressed file. The result is
{reader: {"columns": [...], "rows": [[cell, ...], ...]}} or {reader: {"error": text}}. A cell is null or text:
numbers by their digits, objects and lists as JSON with sorted keys.

The options below are those of the table in the documentation: without them a reader takes the cells for
something else (numbers, dates, missing values), not for what they are.
"""

import json
import math
import os
import subprocess
import sys


def main(path, form):
    readers = {"pandas": by_pandas, "polars": by_polars, "duckdb": by_duckdb, "pyarrow": by_pyarrow}
    readers |= {"csvkit": by_csvkit, "miller": by_miller}
    seen = {}
    for name, read in readers.items():
        try:
            columns, rows = read(path, form)
            seen[name] = {"columns": columns, "rows": [[text_of(cell) for cell in row] for row in rows]}
        except FileNotFoundError as error:
            if error.filename != "mlr":
                raise
        except Exception as error:  # What a reader says of a file is what the test is about.
            seen[name] = {"error": f"{type(error).__name__}: {error}"[:500]}
    json.dump(seen, sys.stdout)


def by_pandas(path, form):
    import pandas

    if form == "jsonl":
        frame = pandas.read_json(path, lines=True, dtype=False, convert_dates=False)
    else:
        frame = pandas.read_csv(path, sep=separator(form), dtype=str, keep_default_na=False)
    return list(frame.columns), frame.astype(object).values.tolist()


def by_polars(path, form):
    import polars

    if form == "jsonl":
        frame = polars.read_ndjson(path, infer_schema_length=None)
    else:
        frame = polars.read_csv(
            path, separator=separator(form), infer_schema=False, empty_string_is_null=False
        )
    return frame.columns, frame.rows()


def by_duckdb(path, form):
    import duckdb

    if form == "jsonl":
        found = duckdb.sql("SELECT * FROM read_json(?, format = 'newline_delimited', sample_size = -1)", params=[path])
    else:
        dialect = f"delim = '{separator(form)}', quote = '\"', escape = '\"', new_line = '\\n'"
        # read in pieces, it takes lines of a cell for rows where a piece begins within one
        options = f"header = true, all_varchar = true, {dialect}, nullstr = '\x01', parallel = false"
        found = duckdb.sql(f"SELECT * FROM read_csv(?, {options})", params=[path])
    return found.columns, found.fetchall()


def by_pyarrow(path, form):
    if form == "jsonl":
        from pyarrow import json as reader

        table = reader.read_json(path)
    else:
        import pyarrow
        from pyarrow import csv as reader

        parse = reader.ParseOptions(delimiter=separator(form), newlines_in_values=True)
        names = reader.open_csv(path, parse_options=parse).schema.names
        convert = reader.ConvertOptions(column_types={name: pyarrow.string() for name in names})
        table = reader.read_csv(path, parse_options=parse, convert_options=convert)
    return table.column_names, [list(row) for row in zip(*(column.to_pylist() for column in table.columns))]


def by_csvkit(path, form):
    if form == "jsonl":
        return rows_of_csv(run([command("in2csv"), "--format", "ndjson", "--no-inference", "--blanks", path]))
    options = ["--no-inference", "--blanks", "--encoding", "utf-8-sig"] + (["--tabs"] if form == "tsv" else [])
    return rows_of_objects(run([command("csvjson"), *options, path]))


def by_miller(path, form):
    options = {"csv": ["--icsv"], "tsv": ["--icsv", "--ifs", "tab"], "jsonl": ["--ijsonl"]}[form]
    return rows_of_objects(run(["mlr", *options, "--ojson", "--infer-none", "cat", path]))


def rows_of_objects(text):
    # Miller and csvkit have no library; what they read they can only write. A NUL Miller writes as it is.
    objects = json.loads(text, strict=False)
    columns = list(dict.fromkeys(name for row in objects for name in row))
    return columns, [[row.get(name) for name in columns] for row in objects]


def rows_of_csv(text):
    import csv
    import io

    header, *rows = list(csv.reader(io.StringIO(text, newline="")))
    return header, rows


def separator(form):
    return "\t" if form == "tsv" else ","


def command(name):
    return os.path.join(os.path.dirname(sys.executable), name)


def run(words):
    done = subprocess.run(words, capture_output=True, env={**os.environ, "PYTHONIOENCODING": "utf-8"})
    if done.returncode != 0:
        raise RuntimeError(done.stderr.decode().strip())
    return done.stdout.decode()


def text_of(cell):
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, (dict, list)):
        return json.dumps(cell, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    return str(cell)


if __name__ == "__main__":
    main(*sys.argv[1:])
