"""pm4py beside `journeys bench peers`, in an environment of its own (pm4py is AGPL).

    python -m venv pm4py_env && pm4py_env/bin/pip install pm4py pyarrow
    pm4py_env/bin/python benchmarks/pm4py_peer.py 1000000 --journeys .venv/bin/journeys

It is asked less: sessions are given to it as cases, it has no ninth decile, no flags, no repeats.
What it does answer is compared: how often what follows what, the medians, and how many variants.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
import pm4py

CASE, ACTIVITY, TIME = "case:concept:name", "concept:name", "time:timestamp"
SESSION_GAP = pd.Timedelta(minutes=30)


def log_of(file: Path) -> pd.DataFrame:
    """Return the touchpoints as pm4py wants them: strings, and a case for each session."""
    t = pd.read_parquet(file).sort_values(["person_key", "started_at", "touchpoint_key"],
                                          ignore_index=True)
    continues = (t["person_key"].eq(t["person_key"].shift())
                 & t["started_at"].diff().le(SESSION_GAP))
    return pd.DataFrame({CASE: (~continues).cumsum().astype(str),
                         ACTIVITY: t["activity"].astype(str),
                         TIME: t["started_at"].dt.tz_localize("UTC")})


def ask(log: pd.DataFrame) -> dict[str, object]:
    """Return what pm4py says of directly-follows, their medians, and variants."""
    times, _, _ = pm4py.discover_dfg(log)
    performance, _, _ = pm4py.discover_performance_dfg(log)
    return {"follows": {pair: (int(n), round(performance[pair]["median"] * 1000))
                        for pair, n in times.items()},
            "variants": len(pm4py.get_variants(log))}


def main() -> None:
    """Run both, compare the answers, print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("touchpoints", type=int)
    parser.add_argument("--journeys", default="journeys")
    parser.add_argument("--rounds", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ours = json.loads(subprocess.run(
            [asked.journeys, "bench", "peers", str(asked.touchpoints), "--json", "--keep", folder,
             "--rounds", str(asked.rounds)], check=True, stdout=subprocess.PIPE).stdout)
        told = json.loads((Path(folder) / "answers.json").read_text())
        log = log_of(Path(folder) / "touchpoints.parquet")
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    found = ask(log)
    seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF)
    if found["variants"] != told["variants"]:
        sys.exit(f"variants: pm4py {found['variants']}, DuckDB {told['variants']}")
    # pm4py's median of an even number lies between two gaps, SQL's discrete one is the lower.
    for a, b, times, median, p90 in told["directly_follows"]:
        n, theirs = found["follows"].pop((str(a), str(b)))
        if n != times or not median <= theirs + 1 <= p90 + 2:
            sys.exit(f"{a} > {b}: pm4py {n} times, {theirs} ms; DuckDB {times} times, {median} ms")
    if found["follows"]:
        sys.exit(f"only pm4py knows {sorted(found['follows'])[:5]}")
    cost = ours["peers"]["duckdb"]
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({
        "touchpoints": asked.touchpoints, "pm4py": pm4py.__version__,
        "pm4py_seconds": seconds, "pm4py_cpu_seconds": cpu, "pm4py_peak_mb": after.ru_maxrss / 1024,
        "duckdb_seconds": cost["seconds"]["median"],
        "duckdb_cpu_seconds": cost["cpu_seconds"]["median"],
        "times_faster": seconds / cost["seconds"]["median"],
        "times_less_cpu": cpu / cost["cpu_seconds"]["median"]}, indent=2))


if __name__ == "__main__":
    main()
