"""How often the report's 95 % intervals hold the truth, and how often "enough evidence" is wrong, in simulation.

    python benchmarks/coverage.py [--draws 1000] [--jobs 2] > table.md

The model: a latent normal quality of scenario, arm, axis and mark is cut into the three levels. Marks lie in the middle
of the scale or at the ceiling (85 % are 2); raters lean to one arm by a latent sd of .2, or not at all. The truth about
these raters is the mean over 4,000 scenarios that the same raters judge; about other raters, over 400 raters. Prints
Markdown tables (docs/STATISTICS.md holds them); an interval below .93 and an error above .06 are marked with `!`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import product

import numpy as np

from cosmos_compare.stats import Look, difference, joint_p, rater_agreement, side_bias, win_rate
from cosmos_compare.stats.estimate import clustered_mean

AXES = 7
SCENARIOS, RATERS = (5, 8, 12, 20, 50), (1, 2, 4)
CUTS = {"middle": (-0.55, 0.55), "ceiling": (-2.6, -1.4)}
LEAN = 0.2
LOWEST, HIGHEST = 0.93, 0.06


@dataclass(frozen=True)
class Cell:
    """One setting of the simulation. `effect` is the latent advantage of B, `missing` the share of lost judgements, 1
    where each scenario is judged by one of the raters in turn."""

    scenarios: int
    raters: int
    place: str
    lean: float
    effect: float = 0.0
    missing: float = 0.0


def marks(chance: np.random.Generator, cell: Cell, leaning: np.ndarray, scenarios: int) -> np.ndarray:
    """Levels (scenarios, raters, arms, axes) of raters who lean to B by `leaning`."""
    raters = len(leaning)
    scenario = chance.normal(0, 0.5, (scenarios, 1, 1, 1))
    arm = chance.normal(0, 0.45, (scenarios, 1, 2, 1)) + np.array([0.0, cell.effect])[:, None]
    axis = chance.normal(0, 0.45, (scenarios, 1, 2, AXES))
    latent = scenario + arm + axis + chance.normal(0, 0.6, (scenarios, raters, 2, AXES))
    latent = latent + leaning[:, None, None] * np.array([-0.5, 0.5])[:, None]
    return np.digitize(latent, CUTS[cell.place])


def verdicts(chance: np.random.Generator, levels: np.ndarray) -> np.ndarray:
    """Who is better, (scenarios, raters): the sums of marks with a little noise; close ones are ties."""
    gap = (levels[:, :, 1] - levels[:, :, 0]).sum(axis=2) + chance.normal(0, 1.5, levels.shape[:2])
    return np.where(gap > 1, 1.0, np.where(gap < -1, 0.0, 0.5))


def truth(chance: np.random.Generator, cell: Cell, leaning: np.ndarray) -> tuple[float, float, float]:
    """Mean B − A over all axes, of the first axis, and B's share of wins, over very many scenarios."""
    levels = marks(chance, cell, leaning, max(60, 16_000 // len(leaning)))
    d = levels[:, :, 1] - levels[:, :, 0]
    return float(d.mean()), float(d[..., 0].mean()), float(verdicts(chance, levels).mean())


def held(low: float | None, high: float | None, value: float) -> float:
    return np.nan if low is None or high is None else float(low <= value <= high)


def one_draw(chance: np.random.Generator, cell: Cell, at_large: tuple[float, float, float]) -> list[float]:
    """Whether each interval held its truth, and whether each claim was made."""
    leaning = chance.normal(0, cell.lean, cell.raters) if cell.lean else np.zeros(cell.raters)
    own = truth(chance, cell, leaning) if cell.lean else at_large
    levels = marks(chance, cell, leaning, cell.scenarios)
    d, won = (levels[:, :, 1] - levels[:, :, 0]).astype(float), verdicts(chance, levels)
    lost = chance.random(d.shape[:2]) < cell.missing
    if cell.missing == 1:
        lost = np.arange(cell.raters) != np.arange(cell.scenarios)[:, None] % cell.raters
    d[lost], won[lost] = np.nan, np.nan
    scenario = np.repeat(np.arange(cell.scenarios), cell.raters)
    rater = np.tile(np.arange(cell.raters), cell.scenarios)
    found = difference(d.ravel(), np.repeat(scenario, AXES), np.repeat(rater, AXES), look=Look(cell.scenarios))
    axis = clustered_mean(d[..., 0].ravel(), scenario, scale=(-2.0, 2.0))
    wins = win_rate(won.ravel(), scenario, rater, look=Look(cell.scenarios))
    by_axis = np.nanmean(d, axis=1) if not cell.missing else np.full((2, AXES), np.nan)
    return [
        held(found.low, found.high, own[0]),
        held(axis.low, axis.high, own[1]),
        held(wins.low, wins.high, own[2]),
        held(found.wide_low, found.wide_high, at_large[0]),
        held(wins.wide_low, wins.wide_high, at_large[2]),
        float(found.enough),
        float(wins.enough),
        float(found.enough_for_others),
        float(bool((joint_p(by_axis) <= 0.05).any())),
    ]


def run_cell(cell: Cell, draws: int) -> list[float]:
    chance = np.random.default_rng([cell.scenarios, cell.raters, round(cell.lean * 10), round(cell.effect * 10), 7])
    everybody = np.zeros(1) if not cell.lean else chance.normal(0, cell.lean, 400)
    at_large = truth(chance, cell, everybody)
    if not cell.effect:
        at_large = (0.0, 0.0, 0.5)
    results = np.array([one_draw(chance, cell, at_large) for _ in range(draws)])
    with np.errstate(invalid="ignore"):
        return [float(np.nanmean(column)) if not np.isnan(column).all() else np.nan for column in results.T]


def shown(value: float, low: float | None = None, high: float | None = None) -> str:
    if np.isnan(value):
        return "–"
    bad = (low is not None and value < low) or (high is not None and value > high)
    return f"{value:.3f}".replace("0.", ".", 1) + ("!" if bad else "")


def cells() -> Iterator[Cell]:
    for place, lean, scenarios, raters in product(CUTS, (0.0, LEAN), SCENARIOS, RATERS):
        if not (lean and raters == 1):
            yield Cell(scenarios, raters, place, lean)


def main_table(draws: int, pool: ProcessPoolExecutor) -> None:
    """Coverage and errors where the arms don't differ."""
    print("| marks | raters lean | scenarios | raters | all axes | one axis | wins | all axes, other raters |", end="")
    print(" wins, other raters | enough | preference | enough, other raters | any axis, joint |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|---|")
    every = list(cells())
    for cell, values in zip(every, pool.map(run_cell, every, [draws] * len(every)), strict=True):
        cover = [shown(value, low=LOWEST) for value in values[:5]]
        # Where raters lean, these raters do differ: only claims about others are errors.
        errors = [shown(value, high=HIGHEST) for value in values[5:]]
        if cell.lean:
            errors = ["–", "–", errors[2], "–"]
        where = [cell.place, f"{cell.lean:g}" if cell.lean else "no", str(cell.scenarios), str(cell.raters)]
        print("| " + " | ".join([*where, *cover, *errors]) + " |", flush=True)


def exceptions(draws: int, pool: ProcessPoolExecutor) -> None:
    """Effects and lost judgements: the cells that RATING knows as exceptions stand here too."""
    every = [
        Cell(scenarios, raters, "middle", lean, effect, missing)
        for scenarios, raters, lean, effect, missing in [
            (20, 1, 0.0, 0.6, 0.0),
            (50, 1, 0.0, 0.6, 0.0),
            (20, 2, 0.0, 0.6, 0.0),
            (50, 4, LEAN, 0.6, 0.0),
            (8, 2, LEAN, 0.0, 0.3),
            (20, 2, LEAN, 0.0, 0.3),
            (50, 2, LEAN, 0.0, 0.3),
            (8, 4, LEAN, 0.0, 0.3),
            (20, 4, LEAN, 0.0, 0.3),
            (8, 2, LEAN, 0.0, 1.0),
            (20, 2, LEAN, 0.0, 1.0),
            (50, 2, LEAN, 0.0, 1.0),
            (20, 4, LEAN, 0.0, 1.0),
            (20, 2, 0.5, 0.0, 0.0),
        ]
    ]
    head = ["scenarios", "raters", "lean", "effect", "lost", "all axes", "wins", "all axes, others", "wins, others"]
    print("\n| " + " | ".join(head) + " |")
    print("|---|---|---|---|---|---|---|---|---|")
    for cell, values in zip(every, pool.map(run_cell, every, [draws] * len(every)), strict=True):
        where = [str(cell.scenarios), str(cell.raters), f"{cell.lean:g}", f"{cell.effect:g}", f"{cell.missing:.0%}"]
        cover = [shown(values[at], low=LOWEST) for at in (0, 2, 3, 4)]
        print("| " + " | ".join([*where, *cover]) + " |", flush=True)


def looks(draws: int) -> None:
    """How often looking after every scenario from 6 to 50 ends in a false claim."""
    chance = np.random.default_rng(3)
    cell = Cell(50, 2, "middle", 0.0)
    false = {"difference": 0, "preference": 0, "p ≤ .05 at each look": 0}
    for _ in range(draws):
        levels = marks(chance, cell, np.zeros(2), 50)
        d = (levels[:, :, 1] - levels[:, :, 0]).mean(axis=(1, 2))
        share = verdicts(chance, levels).mean(axis=1) - 0.5
        sizes = range(6, 51)
        false["difference"] += any(Look().allows(d[:n]) for n in sizes)
        false["preference"] += any(Look().allows(share[:n]) for n in sizes)
        false["p ≤ .05 at each look"] += any(Look(n).allows(d[:n]) for n in sizes)
    print("\n| claim somewhere in 45 looks without a plan | share |\n|---|---|")
    for name, count in false.items():
        print(f"| {name} | {shown(count / draws)} |")


def sides(draws: int) -> None:
    """Left bias under the null and with a habit, B winning 70 % of the verdicts."""
    chance = np.random.default_rng(4)
    print("\n| verdicts | habit | claims (p ≤ .05) | claims (p ≤ .01) |\n|---|---|---|---|")
    for n, habit in product((4, 8, 20, 40), (0.0, 0.2)):
        p = []
        for _ in range(draws):
            left = chance.random(n) < 0.5
            won = chance.random(n) < np.clip(0.7 + np.where(left, habit, -habit), 0, 1)
            p.append(side_bias(won.astype(float), left.astype(float)).p or 1.0)
        rates = [shown(float(np.mean(np.array(p) <= level)), high=None if habit else HIGHEST) for level in (0.05, 0.01)]
        print(f"| {n} | {habit:g} | {rates[0]} | {rates[1]} |")


def agreement(draws: int) -> None:
    """Coverage of α, κ, AC2 and equal marks of two raters, where an interval is printed, and how often it is."""
    names = ("alpha", "kappa", "ac2", "raw")
    print("\n| marks | scenarios | " + " | ".join(f"{name}: holds, printed" for name in names) + " |")
    print("|---|---|---|---|---|---|")
    for place, scenarios in product(CUTS, (8, 12, 20, 50)):
        chance = np.random.default_rng([scenarios, 9])
        cell = Cell(scenarios, 2, place, 0.0)
        real = [each.value for each in rater_agreement(*_long(marks(chance, cell, np.zeros(2), 20_000)))[1:5]]
        hits = []
        for _ in range(draws):
            found = rater_agreement(*_long(marks(chance, cell, np.zeros(2), scenarios)))[1:5]
            hits.append([held(e.low, e.high, value or 0.0) for e, value in zip(found, real, strict=True)])
        table = np.array(hits)
        printed = (~np.isnan(table)).mean(axis=0)
        cover = [np.nanmean(column) if share else np.nan for column, share in zip(table.T, printed, strict=True)]
        parts = [f"{shown(c, low=LOWEST)}, {share:.0%}" for c, share in zip(cover, printed, strict=True)]
        print(f"| {place} | {scenarios} | " + " | ".join(parts) + " |", flush=True)


def _long(levels: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Units (a run's axis), raters, levels, scenarios of marks (scenarios, 2 raters, arms, axes)."""
    count = levels.shape[0] * 2 * AXES
    units, scenario = np.arange(count), np.repeat(np.arange(levels.shape[0]), 2 * AXES)
    first, second = (levels[:, rater].reshape(-1) for rater in (0, 1))
    return np.tile(units, 2), np.repeat([0, 1], count), np.concatenate([first, second]), np.tile(scenario, 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    with ProcessPoolExecutor(args.jobs) as pool:
        main_table(args.draws, pool)
        exceptions(args.draws, pool)
    looks(args.draws)
    sides(args.draws)
    agreement(args.draws)


if __name__ == "__main__":
    main()
