"""Markup of a ground truth: what it says, and nothing of what it leaves open. Knows nothing of Streamlit."""

from __future__ import annotations

from cosmos_compare.language import N_, number, t
from cosmos_compare.records.ground_truth import GroundTruth, RiskTruth
from cosmos_compare.ui.shared.tables import facts_table, table

LEVELS = {"none": N_("none"), "low": N_("low"), "medium": N_("medium"), "high": N_("high")}


def truth(found: GroundTruth) -> str:
    """A ground truth for reading; what it does not say is left out."""
    objects = [
        t("{name} (at least {n})", name=name, n=thing.count_min) if thing.count_min else name
        for name, thing in found.objects.items()
        if thing.present
    ]
    rows = {
        t("Scene"): found.scene,
        t("Risk"): found.risk and _risk(found.risk),
        t("Expected action"): found.expected_action,
        t("To be seen"): ", ".join(objects),
        t("Not there"): ", ".join(found.absent),
        t("What it tests"): found.tests,
        t("Source"): found.source,
    }
    events = [
        {
            "from": f"{number(event.start, '.1f')} s",
            "to": f"{number(event.end, '.1f')} s",
            "what": event.label,
            "critical": event.critical,
        }
        for event in found.events
    ]
    return facts_table({name: value for name, value in rows.items() if value}) + (table(events) if events else "")


def _risk(risk: RiskTruth) -> str:
    level = t(LEVELS[risk.level]) if risk.level in LEVELS else risk.level
    return t("{level}: {reason}", level=level, reason=risk.reason) if risk.reason else level
