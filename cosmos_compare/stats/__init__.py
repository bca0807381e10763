"""Statistics of ratings: pure functions over arrays. They know nothing of runs, files or pages.

The cluster is the scenario everywhere: marks of one clip are not independent of each other, so every interval
comes from how scenarios differ, and `n` never stands alone.
"""

from cosmos_compare.stats.agreement import (
    Agreement,
    counted_agreement,
    krippendorff_alpha,
    level_counts,
    rater_agreement,
    raw_agreement,
    weighted_ac,
    weighted_kappa,
)
from cosmos_compare.stats.arms import ArmPair, Paired, every_two, paired
from cosmos_compare.stats.differences import Difference, difference, difference_of_differences
from cosmos_compare.stats.estimate import Estimate, clustered_mean
from cosmos_compare.stats.looks import UNPLANNED, Look, scenarios_needed, smallest_shown
from cosmos_compare.stats.shares import Preference, wilson, win_rate
from cosmos_compare.stats.sides import Sides, side_bias
from cosmos_compare.stats.sign_flips import joint_p, sign_flip_p

__all__ = [
    "UNPLANNED",
    "Agreement",
    "ArmPair",
    "Difference",
    "Estimate",
    "Look",
    "Paired",
    "Preference",
    "Sides",
    "clustered_mean",
    "counted_agreement",
    "difference",
    "difference_of_differences",
    "every_two",
    "joint_p",
    "krippendorff_alpha",
    "level_counts",
    "paired",
    "rater_agreement",
    "raw_agreement",
    "scenarios_needed",
    "side_bias",
    "sign_flip_p",
    "smallest_shown",
    "weighted_ac",
    "weighted_kappa",
    "wilson",
    "win_rate",
]
