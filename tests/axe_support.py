"""Accessibility as axe-core judges it (its own script, bundled by axe-playwright-python), in a real browser.

Nothing serious or critical may stand on a page, but for what Streamlit itself draws: each such piece is listed here,
with what is wrong and why we can't set it right.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

GRAVE = {"serious", "critical"}
READY = '.stApp[data-test-script-state="notRunning"]'
# A tip that is still fading in has the contrast of its way, not of its end. Spinners have no end: no wait for those.
AT_REST = """() => Promise.all(document.getAnimations().filter(
  (one) => one.effect.getComputedTiming().endTime !== Infinity
).map((one) => one.finished.catch(() => null)))"""


class StreamlitsOwn(NamedTuple):
    """A piece that Streamlit draws: axe's rule, what its HTML holds, and why it stays."""

    rule: str
    html: str
    reason: str


EXCEPTIONS: tuple[StreamlitsOwn, ...] = ()


def grave_faults(page: Page) -> list[str]:
    """What is serious or critical on the page as it stands: rule, element, and what axe says of it."""
    page.wait_for_selector(READY)
    page.evaluate(AT_REST)
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {node['html'][:300]}\n    {node['failureSummary']}"
        for rule in found
        if rule["impact"] in GRAVE
        for node in rule["nodes"]
        if not _is_streamlits_own(rule["id"], node["html"])
    ]


def assert_accessible(page: Page) -> None:
    """Fail with a list of all that axe-core finds serious or critical."""
    faults = grave_faults(page)
    assert not faults, "\n".join([f"{len(faults)} faults on {page.url}", *faults])


def _is_streamlits_own(rule: str, html: str) -> bool:
    return any(own.rule == rule and re.search(own.html, html) for own in EXCEPTIONS)
