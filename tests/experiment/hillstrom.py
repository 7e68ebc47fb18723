"""Computes the Hillstrom e-mail experiment with SciPy and statsmodels, and a few plans and special functions.

    pip install numpy==2.4.6 pandas==3.1.1 scipy==1.17.1 statsmodels==0.15.0 mpmath
    python tests/experiment/hillstrom.py > tests/experiment/hillstrom.json

`tests/experiment/hillstrom.rs` compares what the crate finds. Where a library has the method, it is asked; the delta method,
Fieller's interval and Cochran's Q are written out from the raw values, without the sums that the crate keeps.
"""

import json
import math
import pathlib

import mpmath
import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import (
    confint_proportions_2indep,
    power_proportions_2indep,
    proportion_confint,
    proportions_ztest,
)
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

ALPHA = 0.05
ARMS = {"none": "No E-Mail", "mens": "Mens E-Mail", "womens": "Womens E-Mail"}
Z = stats.norm.ppf(1 - ALPHA / 2)

root = pathlib.Path(__file__).resolve().parents[2]
data = pd.read_csv(root / "examples/data/hillstrom_email.csv.gz")


def rate(frames):
    """The arms' intervals, then the comparisons with the first."""
    hits = {name: int(frame.sum()) for name, frame in frames.items()}
    sizes = {name: len(frame) for name, frame in frames.items()}
    arms = {}
    for name in frames:
        low, high = proportion_confint(hits[name], sizes[name], ALPHA, "wilson")
        arms[name] = [hits[name] / sizes[name], low, high]
    compared = {}
    for name in list(frames)[1:]:
        args = (hits[name], sizes[name], hits["none"], sizes["none"])
        low, high = confint_proportions_2indep(*args, method="newcomb", compare="diff", alpha=ALPHA)
        below, above = confint_proportions_2indep(*args, method="log", compare="ratio", alpha=ALPHA)
        times = (hits[name] / sizes[name]) / (hits["none"] / sizes["none"])
        _, p = proportions_ztest([hits[name], hits["none"]], [sizes[name], sizes["none"]])
        table = [[hits[it], sizes[it] - hits[it]] for it in (name, "none")]
        same = stats.chi2_contingency(table, correction=False).pvalue
        assert math.isclose(p, same, rel_tol=1e-8), (p, same)
        difference = hits[name] / sizes[name] - hits["none"] / sizes["none"]
        compared[name] = {
            "difference": [difference, low, high],
            "lift": [times - 1, below - 1, above - 1],
            "p": p,
        }
    return arms, compared


def mean(frames):
    arms = {}
    for name, frame in frames.items():
        low, high = DescrStatsW(frame).tconfint_mean(ALPHA)
        arms[name] = [frame.mean(), low, high]
    compared = {}
    base = frames["none"]
    for name in list(frames)[1:]:
        frame = frames[name]
        both = CompareMeans(DescrStatsW(frame), DescrStatsW(base))
        low, high = both.tconfint_diff(ALPHA, usevar="unequal")
        p = stats.ttest_ind(frame, base, equal_var=False).pvalue
        times = frame.mean() / base.mean()
        error = delta(frame.mean(), frame.var() / len(frame), base.mean(), base.var() / len(base))
        compared[name] = {
            "difference": [frame.mean() - base.mean(), low, high],
            "lift": around(times - 1, error),
            "p": p,
        }
    return arms, compared


def ratio(frames):
    """Pairs of columns: the sum of the first by the sum of the second."""

    def one(frame):
        above, below = frame.iloc[:, 0].to_numpy(float), frame.iloc[:, 1].to_numpy(float)
        value = above.sum() / below.sum()
        residual = above - value * below
        return value, residual.var(ddof=1) / len(residual) / below.mean() ** 2

    figures = {name: one(frame) for name, frame in frames.items()}
    arms = {name: around(value, math.sqrt(variance)) for name, (value, variance) in figures.items()}
    compared = {}
    base, base_variance = figures["none"]
    for name in list(frames)[1:]:
        value, variance = figures[name]
        error = math.sqrt(variance + base_variance)
        compared[name] = {
            "difference": around(value - base, error),
            "lift": around(value / base - 1, delta(value, variance, base, base_variance)),
            "p": 2 * stats.norm.sf(abs(value - base) / error),
        }
    return arms, compared


def delta(value, variance, base, base_variance):
    """The standard error of `value / base`, from its derivatives."""
    gradient = np.array([1 / base, -value / base**2])
    return math.sqrt(gradient @ np.diag([variance, base_variance]) @ gradient)


def around(value, error):
    return [value, value - Z * error, value + Z * error]


def split(frame, columns):
    return {name: frame.loc[frame.segment == arm, columns] for name, arm in ARMS.items()}


def goals(frame):
    return {
        "visit": rate(split(frame, "visit")),
        "conversion": rate(split(frame, "conversion")),
        "spend": mean(split(frame, "spend")),
        "spend_per_visit": ratio(split(frame, ["spend", "visit"])),
    }


def corrected(compared, method):
    """Of comparisons by name."""
    _, values, _, _ = multipletests([it["p"] for it in compared.values()], ALPHA, method)
    return dict(zip(compared, values))


def q(differences, variances):
    weights = 1 / np.array(variances)
    middle = np.average(differences, weights=weights)
    value = (weights * (np.array(differences) - middle) ** 2).sum()
    return stats.chi2.sf(value, len(differences) - 1)


def anytime(difference, variance, share):
    """Robbins' normal mixture after a share of the plan."""
    log = -2 * math.log(ALPHA)
    weight = share * (log + math.log(log + 1))
    reach = math.sqrt((weight + 1) / weight * 2 * math.log(math.sqrt(weight + 1) / ALPHA))
    # The mixture of the likelihood of differences over a normal prior, which p is one by.
    z = difference / math.sqrt(variance)
    prior = math.sqrt(weight)
    mixture = stats.norm.pdf(z, 0, math.sqrt(1 + prior**2)) / stats.norm.pdf(z)
    error = math.sqrt(variance)
    return {
        "difference": [difference, difference - reach * error, difference + reach * error],
        "p": min(1.0, 1 / mixture),
    }


def fieller(part, part_variance, whole, whole_variance, together):
    """Where `part - share * whole` is no further from zero than its error allows: the roots of a quadratic."""
    a = whole**2 - Z**2 * whole_variance
    b = -2 * (part * whole - Z**2 * together)
    c = part**2 - Z**2 * part_variance
    roots = sorted(np.roots([a, b, c]))
    return [part / whole, *roots]


whole = goals(data)
segments = {name: data[data.newbie == value] for name, value in (("new", 1), ("old", 0))}
of_segments = {name: goals(frame) for name, frame in segments.items()}
out = {"goals": {}, "segments": {}, "between": {}}

family = {
    f"{goal}/{arm}": it for goal, (_, compared) in whole.items() for arm, it in compared.items()
}
for method, name in (("holm", "holm"), ("fdr_bh", "benjamini_hochberg")):
    for key, p in corrected(family, method).items():
        family[key][name] = p
out["goals"] = {goal: {"arms": arms, "compared": compared} for goal, (arms, compared) in whole.items()}

for goal in whole:
    family = {
        f"{segment}/{arm}": it
        for segment in segments
        for arm, it in of_segments[segment][goal][1].items()
    }
    for key, p in corrected(family, "holm").items():
        family[key]["holm"] = p
for segment, found in of_segments.items():
    out["segments"][segment] = {
        goal: {"arms": arms, "compared": compared} for goal, (arms, compared) in found.items()
    }
for goal in ("visit", "spend"):
    out["between"][goal] = {}
    for arm in ("mens", "womens"):
        differences, variances = [], []
        for frame in segments.values():
            ours, base = (split(frame, goal)[it] for it in (arm, "none"))
            # Of a rate, the variance has no degree of freedom less.
            free = 0 if goal == "visit" else 1
            differences.append(ours.mean() - base.mean())
            variances.append(ours.var(ddof=free) / len(ours) + base.var(ddof=free) / len(base))
        out["between"][goal][arm] = q(differences, variances)

sizes = [len(split(data, "visit")[it]) for it in ARMS]
out["mismatch"] = stats.chisquare(sizes, [len(data) * it for it in (1 / 3, 1 / 3, 1 / 3)]).pvalue
mixed = mpmath.mpf(0)
weight = 300
for size in sizes:
    mixed += mpmath.loggamma(weight / 3 + size) - mpmath.loggamma(weight / 3) - size * mpmath.log(mpmath.mpf(1) / 3)
mixed += mpmath.loggamma(weight) - mpmath.loggamma(weight + sum(sizes))
out["mismatch_anytime"] = float(min(1, mpmath.exp(-mixed)))

# The plan is 80,000 customers, so that two of three arms have 53,333 1/3.
out["anytime"] = {}
for goal in ("visit", "spend"):
    frames = split(data, goal)
    free = 0 if goal == "visit" else 1
    out["anytime"][goal] = {}
    for arm in ("mens", "womens"):
        ours, base = frames[arm], frames["none"]
        variance = ours.var(ddof=free) / len(ours) + base.var(ddof=free) / len(base)
        share = (len(ours) + len(base)) / (80_000 * 2 / 3)
        out["anytime"][goal][arm] = anytime(ours.mean() - base.mean(), variance, share)

# As if the e-mails were steps: nothing, the one for women to all, the one for men to each person.
out["steps"] = {}
for goal in ("visit", "spend"):
    frames = split(data, goal)
    free = 0 if goal == "visit" else 1
    order = ["none", "womens", "mens"]
    values = [frames[it].mean() for it in order]
    variances = [frames[it].var(ddof=free) / len(frames[it]) for it in order]
    total = (values[2] - values[0], variances[2] + variances[0])
    out["steps"][goal] = [
        fieller(values[1] - values[0], variances[1] + variances[0], *total, variances[0]),
        fieller(values[2] - values[1], variances[2] + variances[1], *total, variances[2]),
    ]

out["plans"] = [
    {
        "base": base,
        "difference": difference,
        "baseline": baseline,
        "other": other,
        "level": level,
        "power": power_proportions_2indep(
            difference, base, other, baseline / other, 1 - level, return_results=False
        ),
    }
    for base, difference, baseline, other, level in (
        (0.05, 0.01, 8_158, 8_158, 0.95),
        (0.05, 0.01, 10_921, 10_921, 0.95),
        (0.05, -0.01, 1_000, 9_000, 0.99),
        (0.5, 0.1, 200, 100, 0.9),
        (0.001, 0.0005, 50_000, 50_000, 0.95),
    )
]
out["mean_plans"] = [
    {
        "deviation": deviation,
        "difference": difference,
        "baseline": baseline,
        "other": other,
        "level": level,
        "power": NormalIndPower().power(difference / deviation, baseline, 1 - level, other / baseline),
    }
    for deviation, difference, baseline, other, level in (
        (40, 2, 6_280, 6_280, 0.95),
        (40, -2, 3_489, 31_401, 0.95),
        (1, 0.1, 100, 100, 0.99),
    )
]

mpmath.mp.dps = 40


def t_tails(t, df):
    t, df = mpmath.mpf(t), mpmath.mpf(df)
    return mpmath.betainc(df / 2, mpmath.mpf(1) / 2, 0, df / (df + t * t), regularized=True)


out["tails"] = {
    "normal": [[z, float(mpmath.erfc(mpmath.mpf(z) / mpmath.sqrt(2)))] for z in (0, 0.1, 1, 1.96, 3, 5, 8, 20, 37)],
    "t": [
        [t, df, float(t_tails(t, df))]
        for df in (1, 2, 3.5, 29.3, 100, 999, 1000, 5000, 42000.7)
        for t in (0.1, 1, 1.96, 5, 12)
    ],
    "chi_square": [
        [x, df, float(mpmath.gammainc(mpmath.mpf(df) / 2, mpmath.mpf(x) / 2, mpmath.inf, regularized=True))]
        for df in (1, 2, 3, 10, 63)
        for x in (0.01, 1, 3.84, 30, 400)
    ],
    "t_quantile": [[tails, df, stats.t.isf(tails / 2, df)] for tails in (0.2, 0.05, 0.001) for df in (1.5, 30, 42613)],
}

print(json.dumps(out, indent=1, default=float))
