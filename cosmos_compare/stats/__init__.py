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
from cosmos_compare.stats.differences import Difference, difference, scenarios_needed, sign_flip_p
from cosmos_compare.stats.estimate import Estimate, clustered_mean
from cosmos_compare.stats.shares import left_share, wilson, win_rate

__all__ = [
    "Agreement",
    "Difference",
    "Estimate",
    "clustered_mean",
    "counted_agreement",
    "difference",
    "krippendorff_alpha",
    "left_share",
    "level_counts",
    "rater_agreement",
    "raw_agreement",
    "scenarios_needed",
    "sign_flip_p",
    "weighted_ac",
    "weighted_kappa",
    "wilson",
    "win_rate",
]
