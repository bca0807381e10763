"""1. The verdict: one sentence to repeat, then what it rests on."""

from __future__ import annotations

from markupsafe import Markup

from cosmos_compare.language import t
from cosmos_compare.report.elements import el, joined, paragraphs, table
from cosmos_compare.report.material import Material
from cosmos_compare.report.printed import amount, between, levels, p_value
from cosmos_compare.results import report_words as words
from cosmos_compare.results.many_arms import many_words
from cosmos_compare.results.trust_words import basis_words, coverage_words
from cosmos_compare.results.verdict_words import win_words


def section(told: Material) -> Markup:
    found = told.told
    kind = "claim shown" if found.difference.enough else "claim"
    return joined(
        [
            el("p", words.repeatable_words(found), class_=kind),
            paragraphs(
                f"{basis_words(found)} {coverage_words(found)}",
                words.headline(found),
                win_words(found.win_rate, found.verdicts, *found.models),
            ),
            _every_two(told),
        ]
    )


def _every_two(told: Material) -> Markup:
    """All arms read together, where there are more than two."""
    if told.every_two is None:
        return Markup("")
    rows = [
        (
            f"{row['b']} − {row['a']}",
            levels(row["difference"], sign=True),
            between(row["low"], row["high"]),
            p_value(row["p"]),
            amount(row["scenarios"]),
        )
        for row in told.every_two.to_dict("records")
    ]
    a, b = told.models
    head = (t("Arms"), t("Difference"), t("95 % interval"), t("p, joint"), t("Scenarios"))
    rest = t("All that follows is about {a} and {b}.", a=a, b=b)
    return joined([paragraphs(many_words(told.every_two)), table(head, rows, t("Every two arms")), paragraphs(rest)])
