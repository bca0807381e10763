"""Markup of what is known of an answer that a server gave: which one, and whether it read what it was meant to."""

from __future__ import annotations

from cosmos_compare.language import number, t
from cosmos_compare.records.schema import Answer, Run
from cosmos_compare.ui.shared.tables import safe


def server_facts(answer: Answer) -> list[tuple[str, str]]:
    """Where it was written and by what, for the line of measures; the times there are those of this program."""
    by = answer.server
    if by is None:
        return []
    program = f" (vLLM {by.version})" if by.version else ""
    facts = [(t("server"), f"{by.address}{program}")]
    if by.cached_tokens:
        facts.append((t("cached there"), number(by.cached_tokens, ",")))
    if by.tries > 1:
        facts.append((t("tries"), number(by.tries)))
    return facts


def unverified_badge(run: Run | None) -> str:
    """The mark of an answer of which nobody knows whether the server read our prompt; why, when pointed at."""
    by = run.answer.server if run else None
    if by is None or by.verified != "no":
        return ""
    return f'<span class="badge" title="{safe(by.doubt)}">{safe(t("not verified"))}</span>'
