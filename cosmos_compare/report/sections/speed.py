"""9. Speed and memory, like with like and the machine named; then what each step cost."""

from __future__ import annotations

from statistics import median

from markupsafe import Markup

from cosmos_compare.effort.book import GRADE_WORDS, STEP_WORDS
from cosmos_compare.language import number, semicolons, t, tn
from cosmos_compare.report.elements import Child, el, joined, paragraphs, table
from cosmos_compare.report.material import Material
from cosmos_compare.report.printed import DASH, amount, levels, seconds, size
from cosmos_compare.results.speed import speed_words


def section(told: Material) -> Markup:
    return joined(
        [
            paragraphs(_machine(told), speed_words(told.told.speed), _company(told)),
            _speed(told),
            el("h3", t("Effort of integrating each model")),
            paragraphs(
                t("Measured by the program from the runs on disk; effort and comment are what people wrote down.")
            ),
            _effort(told),
        ]
    )


def _machine(told: Material) -> str:
    devices = dict.fromkeys(run.environment.device for side in (0, 1) for run in told.runs(side))
    return t("Machine, as the runs name it: {devices}.", devices=semicolons(devices) or t("not recorded"))


def _company(told: Material) -> str:
    """Times of a model beside another are not those of a model alone."""
    runs = [run for side in (0, 1) for run in told.runs(side)]
    shared = sum(run.answer.concurrent for run in runs)
    if not shared:
        return ""
    return tn(
        "{shared} of {n} answer was made while another was: such times are longer than a model's own.",
        "{shared} of {n} answers were made while others were: such times are longer than a model's own.",
        len(runs),
        shared=shared,
    )


def _speed(told: Material) -> Markup:
    rows: list[list[Child]] = []
    for side, row in enumerate(told.told.speed.to_dict("records")):
        answers = [run.answer for run in told.runs(side)]
        peaks = [answer.peak_memory_bytes for answer in answers if answer.peak_memory_bytes]
        prepared = [answer.preprocess_s for answer in answers if answer.preprocess_s is not None]
        rows.append(
            [
                row["model"],
                amount(row["compared"]),
                seconds(row["total_s"]),
                seconds(row["first_token_s"]),
                seconds(median(prepared)) if prepared else DASH,
                DASH if row["tokens_per_s"] != row["tokens_per_s"] else number(row["tokens_per_s"], ".0f"),
                amount(row["new_tokens"]),
                size(max(peaks)) if peaks else t("not measured"),
                levels(row["mean"]),
            ]
        )
    head = (
        t("Model"),
        t("Answers compared"),
        t("Total"),
        t("First token"),
        t("Preprocessing"),
        t("Tokens a second"),
        t("Tokens written"),
        t("GPU memory, peak"),
        t("Mean mark"),
    )
    return table(head, rows, t("Median times and memory"), "speed")


def _effort(told: Material) -> Markup:
    """A table a model."""
    head = (t("Step"), t("Measured"), t("Effort"), t("Comment"))
    parts = []
    for model in dict.fromkeys(row.model for row in told.effort):
        rows: list[list[Child]] = []
        for row in (row for row in told.effort if row.model == model):
            grade = t(GRADE_WORDS[row.said.grade]) if row.said.grade else DASH
            measured = semicolons(row.measured) or t("not measured")
            rows.append([t(STEP_WORDS[row.step]), measured, grade, row.said.comment or DASH])
        parts.append(table(head, rows, t("Effort: {model}", model=model), "effort"))
    return joined(parts)
