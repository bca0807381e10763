"""The words of the rating form, for its script: it draws them and fills in `{n}`."""

from __future__ import annotations

from typing import get_args

from cosmos_compare.language import t
from cosmos_compare.ratings.blind_pair import SideChoice
from cosmos_compare.ui.rate.sheet_markup import words_of


def texts() -> dict[str, object]:
    """By name; `levels` by mark, "x" for none, and `verdicts` by choice."""
    return {
        "levels": {"2": t("correct"), "1": t("partial"), "0": t("incorrect"), "x": t("cannot judge")},
        "verdicts": {choice: words_of(choice) for choice in get_args(SideChoice)},
        "form": t("Marks of both answers"),
        "axis": t("Axis"),
        "verdict": t("Verdict"),
        "notes": t("Notes"),
        "write": t("Notes (W writes, Esc leaves)"),
        "group": t("{axis}, answer {letter}"),
        "save": t("Save"),
        "change": t("Save the change"),
        "saved": t("Saved"),
        "next": t("Next pair"),
        "save_next": t("Save, next pair"),
        "rest": t("Cannot judge the rest"),
        "skip": t("Skip"),
        "undo": t("Undo last save"),
        "saving": t("Saving"),
        "changed": t("Changed, not saved yet."),
        "elsewhere": t("You rated this pair in another window. Your marks here are changes to that, not saved yet."),
        "missing": {
            "mark": t("Not saved yet: {n} mark missing."),
            "marks": t("Not saved yet: {n} marks missing."),
            "mark_and_verdict": t("Not saved yet: {n} mark and the verdict missing."),
            "marks_and_verdict": t("Not saved yet: {n} marks and the verdict missing."),
            "verdict": t("Not saved yet: the verdict is missing."),
        },
        "cannot": t("X says that you cannot judge."),
        "key_names": {"Enter": t("Enter"), "Shift": t("Shift"), "Page Up/Down": t("Page Up/Down")},
        "keys": {
            "↑↓←→": t("move"),
            "V": t("plays the video"),
            "G": t("ground truth"),
            "F": t("frames"),
            "Page Up/Down": t("scrolls the answers"),
        },
    }
