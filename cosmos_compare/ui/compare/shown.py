"""What is shown: which sides the page shows: those the address names, else the newest answers to the prompt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cosmos_compare.board import Board, Live, Side, side_of
from cosmos_compare.errors import CompareError
from cosmos_compare.language import t
from cosmos_compare.runs.history import latest_of, versions
from cosmos_compare.runs.index import RunRow
from cosmos_compare.runs.store import Store
from cosmos_compare.ui.compare import session
from cosmos_compare.ui.compare.editor import Checked
from cosmos_compare.ui.compare.view import View, change_view
from cosmos_compare.ui.shared import resources


@dataclass(frozen=True)
class Shown:
    """Sides, left to right, none when there is nothing yet; `live` while their comparison is on the board; `notice`
    says what could not be shown.

    `running` is asked once for a run of the page: a job may end in the middle of it, and parts that asked for
    themselves would not agree who waits for whom.
    """

    sides: tuple[Side, ...] = ()
    live: Live | None = None
    running: bool = False
    notice: str = ""


def named(view: View, board: Board, rows: Sequence[RunRow], store: Store) -> Shown:
    """What the address names: a running comparison, or saved runs."""
    if view.live:
        live = board.find(view.live)
        if live is None:
            change_view(live="")
            return Shown(notice=t("That comparison is over; what was saved of it is among the earlier runs below."))
        running = not live.ended
        ids = tuple(run.id for side in live.sides if (run := side.run) is not None)
        if not running and len(ids) == len(live.sides):
            change_view(live="", runs=ids, scenario=live.scenario)
        return Shown(live.sides, live, running)
    return _saved(view.runs, rows, store) if view.runs else Shown()


def newest(draft: Checked, scenario: str, board: Board, rows: Sequence[RunRow], store: Store) -> Shown:
    """Where the address names nothing that is here: this session's running comparison of the scenario, else the
    newest answers to the prompt."""
    for live in reversed(board.running()):
        if session.is_mine(live.id) and live.scenario == scenario:
            change_view(live=live.id)
            return Shown(live.sides, live, running=True)
    models = [spec.name for spec in draft.specs]
    asked = draft.prompt.version, draft.prompt.reasoning, draft.settings.condition
    found = latest_of(versions(rows, scenario), *asked, models)
    return _saved(tuple(row.id for row in found), rows, store)


def _saved(ids: Sequence[str], rows: Sequence[RunRow], store: Store) -> Shown:
    by_id = {row.id: row for row in rows}
    sides, lost = [], []
    for run_id in ids:
        try:
            sides.append(side_of(resources.saved_run(by_id[run_id])))
        except (KeyError, CompareError):
            lost.append(run_id)
    notice = t("Not among the runs on this machine: {ids}.", ids=", ".join(lost)) if lost else ""
    return Shown(tuple(sides), notice=notice)
