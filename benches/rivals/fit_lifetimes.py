"""Fits the 23,570 customers of CDNOW with Python's `lifetimes` and with `audience`, in turn in one run, and compares.

    python3 -m venv target/lifetimes
    target/lifetimes/bin/pip install lifetimes==0.11.3
    target/lifetimes/bin/python benches/rivals/fit_lifetimes.py

Both get the same numbers: repeat days, weeks to the last one and weeks to 1997-09-30, in memory before the clock runs. Both count
customers with the same numbers once while the clock runs: `audience` by itself, `lifetimes` by its weights. They take turns, three for
each model, each some seconds long; of a turn the median counts, of `lifetimes` after a fit that is not counted, and of the three turns
the median. Parameters must agree to two in a thousand, or the script fails.
"""

import datetime
import gzip
import json
import math
import pathlib
import statistics
import subprocess
import sys
import time
import warnings

warnings.filterwarnings("ignore")

import numpy as np
from lifetimes import BetaGeoFitter, GammaGammaFitter, ModifiedBetaGeoFitter, ParetoNBDFitter

ROOT = pathlib.Path(__file__).resolve().parents[2]
UNTIL = datetime.date(1997, 9, 30)


def customers():
    orders = {}
    with gzip.open(ROOT / "examples/data/cdnow_master.txt.gz", "rt") as lines:
        next(lines)
        for line in lines:
            customer, date, _, dollars = line.split()
            day = datetime.datetime.strptime(date, "%Y%m%d").date()
            if day <= UNTIL:
                orders.setdefault(customer, []).append((day, float(dollars)))
    table = []
    for bought in orders.values():
        days = sorted({day for day, _ in bought})
        repeats = len(days) - 1
        later = sum(dollars for day, dollars in bought if day > days[0])
        mean = later / repeats if repeats else 0.0
        table.append((repeats, (days[-1] - days[0]).days / 7, (UNTIL - days[0]).days / 7, mean))
    return np.array(table).T


def fit(fitter, columns):
    """With customers of the same numbers counted once."""
    rows, weights = np.unique(np.column_stack(columns), axis=0, return_counts=True)
    fitter.fit(*rows.T, weights=weights)
    return fitter.params_.to_dict()


def timed(fitter, columns):
    """The median of the rounds after the first, for three seconds."""
    seconds = []
    parameters = fit(fitter, columns)
    end = time.perf_counter() + 3
    while not seconds or time.perf_counter() < end:
        begin = time.perf_counter()
        fit(fitter, columns)
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds), parameters


def ours(*arguments):
    command = ["cargo", "bench", "--features", "analytics", "--bench", "lifetime", "--", *arguments]
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()


def main():
    for line in ours():
        if line.startswith("#"):
            print(line)
    repeats, last, age, mean = customers()
    valued = (repeats > 0) & (mean > 0)
    rivals = {
        "bg_nbd": (BetaGeoFitter(), (repeats, last, age)),
        "mbg_nbd": (ModifiedBetaGeoFitter(), (repeats, last, age)),
        "pareto_nbd": (ParetoNBDFitter(), (repeats, last, age)),
        "gamma_gamma": (GammaGammaFitter(), (repeats[valued], mean[valued])),
    }
    failed = False
    for model, (fitter, columns) in rivals.items():
        turns = []
        for _ in range(3):
            own = next(json.loads(line) for line in ours(model) if line.startswith("{"))
            seconds, theirs = timed(fitter, columns)
            turns.append((seconds, own["seconds"]))
        seconds, own_seconds = (statistics.median(times) for times in zip(*turns))
        theirs = {"gamma" if name == "v" else name: value for name, value in theirs.items()}
        found = dict(own["parameters"])
        agree = all(math.isclose(found[name], value, rel_tol=2e-3) for name, value in theirs.items())
        failed |= not agree
        print(
            f"{model}: {len(columns[0])} customers, lifetimes {seconds:.3f} s, audience {own_seconds:.3f} s, "
            f"a ratio of {seconds / own_seconds:.2f}; parameters {'agree' if agree else 'DIFFER'}"
        )
        print("  audience ", {name: round(value, 5) for name, value in found.items()}, own["log_likelihood"])
        print("  lifetimes", {name: round(value, 5) for name, value in theirs.items()})
    sys.exit(failed)


if __name__ == "__main__":
    main()
