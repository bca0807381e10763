"""What the answers of a study state, beside what is true."""

from __future__ import annotations

from typing import Any

from cosmos_compare.errors import CompareError
from cosmos_compare.runs.index import RunRow
from cosmos_compare.runs.store import Store
from cosmos_compare.texts.stated import stated
from cosmos_compare.video.clips import Scenario, load_ground_truth


def stated_of(row: RunRow, store: Store) -> dict[str, Any]:
    """The facts that an answer states; empty where there is none, or where its record can't be read."""
    if not row.finished:
        return {}
    try:
        objects, risk = stated(store.load(row).answer.raw)
    except CompareError:
        return {}
    return {"objects": objects, "risk": risk}


def truth_of(scenario: Scenario) -> dict[str, Any]:
    """The facts of a scenario's ground truth; empty where there is none that can be read."""
    if scenario.ground_truth is None:
        return {}
    try:
        truth = load_ground_truth(scenario.ground_truth)
    except CompareError:
        return {}
    return {
        "objects": sorted(name for name, one in truth.objects.items() if one.present),
        "risk": truth.risk.level if truth.risk else None,
        "action": truth.expected_action,
        "events": [event.model_dump(include={"label", "start", "end"}) for event in truth.events],
    }
