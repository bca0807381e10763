"""6. How it was judged: blindness, sides, raters, how far they agree."""

from __future__ import annotations

from collections import Counter

from markupsafe import Markup

from cosmos_compare.language import t, tn
from cosmos_compare.ratings.rubric import LABELS, RUBRIC
from cosmos_compare.report.elements import folded, joined, paragraphs, table
from cosmos_compare.report.material import Material
from cosmos_compare.report.printed import amount, between, levels, percent, share
from cosmos_compare.results.trust_words import agreement_words
from cosmos_compare.results.verdict_words import left_words


def section(told: Material) -> Markup:
    found = told.told
    return joined(
        [
            paragraphs(_blindness(told), agreement_words(found), left_words(found.left_share, told.models[1])),
            _raters(told),
            _pairs(told),
            _axes(told),
            _rubric(),
        ]
    )


def _blindness(told: Material) -> str:
    found = told.told
    blind = t("Blind, with the models' names hidden: {share} judgements.", share=share(found.blind, found.judged_pairs))
    lots = t("Which answer stood on the left was drawn by lot for each rater and pair of a blind judgement.")
    aided = tn(
        "{n} judgement was aided: the program had shown where the answers agree, differ or contradict the truth.",
        "{n} judgements were aided: the program had shown where the answers agree, differ or contradict the truth.",
        told.aided,
    )
    return " ".join([blind, *([lots] if found.blind else []), *([aided] if told.aided else [])])


def _raters(told: Material) -> Markup:
    counts: Counter[str] = Counter(one.rater for case in told.cases for one in case.judged)
    blind: Counter[str] = Counter(one.rater for case in told.cases for one in case.judged if one.blind)
    means = told.told.sensitivity.rater_means
    rows = [
        (name, amount(n), amount(blind[name]), levels(means.get(name), sign=True)) for name, n in sorted(counts.items())
    ]
    a, b = told.models
    head = (t("Rater"), t("Judgements"), t("Blind"), t("{b} − {a}", a=a, b=b))
    caption = t("Raters") if not told.untold else t("Raters, of the cases shown")
    return table(head, rows, caption)


def _pairs(told: Material) -> Markup:
    """Every two raters, where there are more than two: with two it stands in the words above."""
    found = told.told.rater_pairs
    if len(found) < 2:
        return Markup("")
    rows = [
        (
            f"{row['rater_1']} – {row['rater_2']}",
            amount(row["n"]),
            levels(row["kappa"]),
            between(row["low"], row["high"]),
            percent(row["agreement"]),
        )
        for row in found.to_dict("records")
    ]
    head = (t("Raters"), t("Marks of both"), t("Weighted κ"), t("95 % interval"), t("Equal marks"))
    return table(head, rows, t("Agreement of every two raters"))


def _axes(told: Material) -> Markup:
    found = told.told.axis_agreement
    if not int(found["n"].sum()):
        return Markup("")
    rows = [
        (
            t(LABELS[row["axis"]]),
            amount(row["n"]),
            levels(row["alpha"]),
            between(row["alpha_low"], row["alpha_high"]),
            levels(row["ac2"]),
            percent(row["raw"]),
        )
        for row in found.to_dict("records")
    ]
    head = (
        t("Axis"),
        t("Marks given twice"),
        t("Krippendorff's α"),
        t("95 % interval"),
        t("Gwet's AC2"),
        t("Equal marks"),
    )
    inside = table(head, rows, t("Agreement by axis; a dash where it is undefined or withheld"))
    summary = tn("Agreement by axis, {n} rater", "Agreement by axis, {n} raters", told.told.agreement.raters)
    return folded(summary, inside)


def _rubric() -> Markup:
    rows = [(t(axis.label), *map(t, axis.anchors)) for axis in RUBRIC]
    head = (t("Axis"), t("2 correct"), t("1 partial"), t("0 incorrect"))
    return folded(t("The rubric"), table(head, rows, t("What the marks mean")))
