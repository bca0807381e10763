"""Markup of what the models saw: how it differs, in words, and what the next run makes equal."""

from __future__ import annotations

from collections.abc import Sequence

from cosmos_compare.language import t, tn
from cosmos_compare.ui.shared.tables import safe


def difference_line(words: str, others: int, is_equal: bool) -> str:
    """What the models see, in `words`, and how many differences they don't name."""
    if is_equal:
        words = t("{what}: all inputs are equal.", what=words)
    elif others > 0:
        words = tn("{what}, and {n} more difference.", "{what}, and {n} more differences.", others, what=words)
    else:
        words = f"{words}."
    return f'<div class="summary">{safe(words)}</div>'


def equal_line(left: Sequence[str]) -> str:
    """What the next run makes equal, and what it can't."""
    equal = t("The next run gives all models the same frames, token budget, sampling and seed.")
    rest = t("What their makers fixed stays different: {what}", what=" ".join(left)) if left else ""
    return f'<div class="summary">{safe(equal)} {safe(rest)}</div>'


def difference_list(sentences: Sequence[str]) -> str:
    if not sentences:
        return f'<div class="same">{safe(t("Both got the same frames, sizes, prompt and sampling."))}</div>'
    return '<ul class="differ">' + "".join(f"<li>{safe(sentence)}</li>" for sentence in sentences) + "</ul>"
