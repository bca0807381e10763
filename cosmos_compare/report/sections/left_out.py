"""10. What was left out, failed or was cut: counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from markupsafe import Markup

from cosmos_compare.language import t, tn
from cosmos_compare.ratings.judged_pairs import CONTRADICTORY
from cosmos_compare.ratings.standing import MARKS
from cosmos_compare.report.elements import Child, bullets, folded, joined, table
from cosmos_compare.report.material import Material
from cosmos_compare.report.pictures import Album
from cosmos_compare.report.printed import amount
from cosmos_compare.results.trust_words import coverage_words

MOST_LISTED = 50
ENDS = ("stop", "length", "error", "cancelled")


def section(told: Material, album: Album) -> Markup:
    return joined([_runs(told), bullets([*_ratings(told), *_this_file(told, album)]), _errors(told), _problems(told)])


def _runs(told: Material) -> Markup:
    rows: list[list[Child]] = []
    for side, model in enumerate(told.models):
        found = told.on_disk(side)
        ends = Counter(row.finish for row in found)
        rows.append(
            [model, amount(len(found)), *(amount(ends[end]) for end in ("stop", "length", "error", "cancelled"))]
        )
    head = (t("Answers on disk"), t("All"), t("Whole"), t("Cut at the limit of tokens"), t("Failed"), t("Stopped"))
    return table(head, rows, t("How the answers of these two ended"))


def _ratings(told: Material) -> Iterator[str]:
    found = told.told
    yield coverage_words(found)
    every, standing = len(told.evidence.every), len(told.evidence.ratings)
    yield t(
        "The scorecard has {every} rows. {standing} of them stand; any others were edited or taken back later. "
        "{counted} are about judged pairs of these two, and are counted here.",
        every=every,
        standing=standing,
        counted=len(told.rows),
    )
    current = told.rows[told.rows["current"].to_numpy()]
    missing = int(current[MARKS].isna().to_numpy().sum())
    yield t("“Cannot judge”: {missing} of {n} marks. They count nowhere.", missing=missing, n=current[MARKS].size)
    if clash := found.verdicts[CONTRADICTORY]:
        yield tn(
            "{n} verdict is left out: its two rows contradict each other.",
            "{n} verdicts are left out: their two rows contradict each other.",
            clash,
        )
    gone = sum(run is None for case in told.cases for run in case.runs)
    if gone:
        yield tn(
            "{n} judged answer is no longer on disk: its marks count, its text is not shown.",
            "{n} judged answers are no longer on disk: their marks count, their texts are not shown.",
            gone,
        )


def _this_file(told: Material, album: Album) -> Iterator[str]:
    if told.untold:
        yield tn(
            "{n} judged pair has no case in this file.", "{n} judged pairs have no case in this file.", told.untold
        )
    if album.left_out:
        yield tn(
            "{n} picture is left out: it is no longer on disk, or the file would become too large.",
            "{n} pictures are left out: they are no longer on disk, or the file would become too large.",
            album.left_out,
        )


def _errors(told: Material) -> Markup:
    """Why answers failed, in the words of their runs."""
    found = Counter((told.models[side], row.error) for side in (0, 1) for row in told.on_disk(side) if row.error)
    if not found:
        return Markup("")
    rows = [(model, amount(n), error) for (model, error), n in found.most_common(MOST_LISTED)]
    inside = table((t("Model"), t("Times"), t("Error")), rows, t("Errors"))
    return folded(tn("{n} failure, by its cause", "{n} failures, by their causes", found.total()), inside)


def _problems(told: Material) -> Markup:
    if not told.problems:
        return Markup("")
    shown = bullets(told.problems[:MOST_LISTED])
    rest = len(told.problems) - MOST_LISTED
    more = bullets([tn("{n} more", "{n} more", rest)]) if rest > 0 else Markup("")
    many = tn(
        "{n} thing could not be read as it stands", "{n} things could not be read as they stand", len(told.problems)
    )
    return folded(many, shown, more)
