"""How often the 95 % intervals of agreement hold the truth, in simulation: two raters, marks clustered in scenarios.

    python benchmarks/coverage.py

A latent quality of scenario and mark is cut into three levels by each rater with noise. The truth is the coefficient
of 20,000 scenarios. Beside the jackknife over scenarios: the percentile bootstrap over units, for α.
"""

import numpy as np

from cosmos_compare.stats import level_counts, rater_agreement
from cosmos_compare.stats.agreement import _alpha

REPEATS = 400
NAMES = ("alpha", "kappa", "ac2", "raw")


def main() -> None:
    chance = np.random.default_rng(1)
    for per_scenario, what in ((2, "one axis, two runs"), (14, "seven axes, two runs")):
        truth = [estimate.value for estimate in rater_agreement(*draw(chance, 20_000, per_scenario))[1:]]
        for scenarios in (8, 20, 40):
            held, boot = np.zeros(len(NAMES)), 0
            for _ in range(REPEATS):
                marks = draw(chance, scenarios, per_scenario)
                found = rater_agreement(*marks)[1:]
                held += [e.low is not None and e.low <= t <= e.high for e, t in zip(found, truth, strict=True)]
                low, high = unit_bootstrap(chance, level_counts(marks[0], marks[2])[0])
                boot += low <= truth[0] <= high
            shares = ", ".join(f"{name} {share:.3f}" for name, share in zip(NAMES, held / REPEATS, strict=True))
            print(f"{what}, {scenarios} scenarios: {shares}; unit bootstrap of alpha {boot / REPEATS:.3f}")


def draw(chance, scenarios, per_scenario):
    """Units, raters, levels and scenarios of marks in long form."""
    units = np.arange(scenarios * per_scenario)
    scenario = units // per_scenario
    quality = chance.normal(0, 0.6, scenarios)[scenario] + chance.normal(0, 0.8, len(units))
    levels = [np.digitize(quality + chance.normal(0, 0.7, len(units)), [-0.6, 0.4]) for _ in range(2)]
    return np.tile(units, 2), np.repeat([0, 1], len(units)), np.concatenate(levels), np.tile(scenario, 2)


def unit_bootstrap(chance, counts, draws=300):
    pairs = (counts[:, :, None] * counts[:, None, :] - counts[:, :, None] * np.eye(3)).reshape(len(counts), 9)
    picked = chance.multinomial(len(counts), np.full(len(counts), 1 / len(counts)), draws)
    with np.errstate(divide="ignore", invalid="ignore"):
        alphas = _alpha((picked @ pairs).reshape(-1, 3, 3))
    return np.nanpercentile(alphas, [2.5, 97.5])


if __name__ == "__main__":
    main()
