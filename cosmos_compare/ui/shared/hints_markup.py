"""Markup of hints: one line each, with the words that were read, beside what people's marks say of that hint. Never a
mark, never a sum; what is not proven is grey and says its n. All of it is escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cosmos_compare.hints.people import HintAgreement
from cosmos_compare.hints.records import AXIS, NAMES, Finding, Hint
from cosmos_compare.language import N_, number, t
from cosmos_compare.stats.estimate import Estimate
from cosmos_compare.ui.shared.tables import safe

WORDS = {
    "objects": N_("Objects"),
    "unsupported": N_("Unsupported objects"),
    "risk": N_("Risk"),
    "action": N_("Action"),
    "events": N_("Event times"),
    "format": N_("Form"),
}
LEVELS: Mapping[int | None, str] = {2: "✓", 1: "~", 0: "✗", None: "–"}
MOST_FINDINGS = 12


def hints_table(names: Sequence[str], hints: Sequence[Sequence[Hint]], people: Sequence[HintAgreement]) -> str:
    """A row a hint, a column an answer, and how far people's marks bear that hint out."""
    held = {own.hint: own for own in people}
    by_name = [{hint.name: hint for hint in own} for own in hints]
    head = "".join(f'<th scope="col">{safe(name)}</th>' for name in [t("Hint"), *names, t("Against people's marks")])
    rows = []
    for name in NAMES:
        if not any(name in own for own in by_name):
            continue
        cells = "".join(f"<td>{_hint(own.get(name))}</td>" for own in by_name)
        known = held.get(name)
        kind = "" if name not in AXIS or (known and known.proven) else ' class="unproven"'
        title = f'<th scope="row">{safe(t(WORDS[name]))}</th>'
        rows.append(f"<tr{kind}>{title}{cells}<td>{safe(standing(name, known))}</td></tr>")
    note = t(
        "A hint is read from words by rules: ✓ right, ~ partly, ✗ wrong, – not asked or not known. It fills no mark."
    )
    return f'{_table(head, rows)}<div class="note">{safe(note)}</div>'


def _table(head: str, rows: Sequence[str]) -> str:
    body = f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody>"
    return f'<div class="grid"><table class="json hints">{body}</table></div>'


def _hint(hint: Hint | None) -> str:
    if hint is None:
        return safe(LEVELS[None])
    words = hint.summary or hint.why
    line = f"{LEVELS[hint.level]} {safe(words)}"
    found = "".join(f"<li>{_finding(finding)}</li>" for finding in hint.findings[:MOST_FINDINGS])
    more = len(hint.findings) - MOST_FINDINGS
    found += f"<li>{safe(t('and {n} more', n=more))}</li>" if more > 0 else ""
    return f"<details><summary>{line}</summary><ul>{found}</ul></details>" if found else line


def _finding(finding: Finding) -> str:
    read = t(" (read: “{words}”)", words=finding.words) if finding.words else ""
    return safe(f"{finding.what}{read}")


def standing(name: str, known: HintAgreement | None) -> str:
    """How far people's marks bear a hint out, in a few words."""
    if name not in AXIS:
        return t("held against no mark")
    if known is None:
        return t("not proven: n = {n}", n=0)
    return f"{known.words}{f', κ {_value(known.kappa)}' if known.kappa.value is not None else ''}"


def people_table(people: Sequence[HintAgreement]) -> str:
    """Each hint against the marks of its axis: κ with its interval, people's own κ, fails caught, and whether that
    proves it."""
    head = [t("Hint"), t("Axis"), t("κ with people"), t("95 % interval"), t("People's own κ"), t("Fails caught"), ""]
    top = "".join(f'<th scope="col">{safe(name)}</th>' for name in head)
    rows = []
    for own in people:
        cells = [t(WORDS[own.hint]), own.axis, _value(own.kappa), _interval(own.kappa.low, own.kappa.high)]
        cells += [_value(own.raters), _caught(own), own.words]
        kind = "" if own.proven else ' class="unproven"'
        first, *rest = (safe(cell) for cell in cells)
        rows.append(f'<tr{kind}><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>')
    return _table(top, rows)


def _value(estimate: Estimate) -> str:
    return "–" if estimate.value is None else number(estimate.value, ".2f")


def _interval(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return "–"
    return t("{low} to {high}", low=number(low, ".2f"), high=number(high, ".2f"))


def _caught(own: HintAgreement) -> str:
    fails = own.fails
    if not fails.fails:
        return t("no fails")
    words = t("{caught} of {n}", caught=fails.caught, n=fails.fails)
    return f"{words} ({_interval(fails.low, fails.high)})"
