"""Runs a script, and as it ends writes what it used to the file that the bench named: `report-usage.mjs` for Python.

    python report-usage.py <script> [arguments]
"""

import atexit
import json
import os
import resource
import runpy
import sys


def report():
    used = resource.getrusage(resource.RUSAGE_SELF)
    with open(os.environ["BATCHAI_BENCH_USAGE_FILE"], "w", encoding="utf-8") as file:
        cpu_ms = (used.ru_utime + used.ru_stime) * 1000
        # In KiB on Linux, in bytes on macOS.
        unit = 1 if sys.platform == "darwin" else 1024
        json.dump({"peakRssBytes": used.ru_maxrss * unit, "cpuMs": cpu_ms}, file)


atexit.register(report)
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
