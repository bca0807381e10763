"""A report in sentences: what the numbers say, about whom, under which slice, and where they don't say enough yet."""

from cosmos_compare.language import t
from cosmos_compare.results.difference_words import (
    difference_words,
    others_words,
    size_sentence,
    start_words,
)
from cosmos_compare.results.number_words import count, estimate_words, interval_words, p_words
from cosmos_compare.results.report import Report
from cosmos_compare.results.trust_words import (
    agreement_words,
    axes_words,
    basis_words,
    coverage_words,
    missing_words,
    sensitivity_words,
    warnings,
)
from cosmos_compare.results.verdict_words import left_words, win_words

__all__ = [
    "claim_words",
    "count",
    "coverage_words",
    "estimate_words",
    "interval_words",
    "p_words",
    "sentences",
]


def sentences(found: Report) -> list[str]:
    """The report's findings in order of weight: the difference first, then what limits it, then what it rests on."""
    a, b = found.models
    d = found.difference
    words = [
        f"{difference_words(d, a, b)} {size_sentence(d)}".strip(),
        *warnings(found),
        others_words(d),
        win_words(found.win_rate, found.verdicts, a, b),
        axes_words(found),
        missing_words(found),
        sensitivity_words(found),
        agreement_words(found),
        left_words(found.left_share, b),
        basis_words(found),
        coverage_words(found),
        start_words(d.planned) if not d.scenarios else "",
    ]
    return [sentence for sentence in words if sentence]


def claim_words(found: Report) -> str:
    """What there is enough evidence for, in a few words."""
    d = found.difference
    a, b = found.models
    if not d.enough or d.value is None:
        return t("Not enough evidence for a difference")
    higher = b if d.value > 0 else a
    if d.enough_for_others:
        return t("Enough evidence: {higher} is rated higher, by raters like these", higher=higher)
    return t("Enough evidence: {higher} is rated higher, by these raters", higher=higher)
