"""What an answer states in a word or two, for a table: the road users it says are there and the risk it gives.

A help for reading, never a judgement; what it denies or only holds possible is left out, and in doubt nothing stands.
"""

from __future__ import annotations

from cosmos_compare.texts.answers import read_answer
from cosmos_compare.texts.facts import facts_of

MOST_OBJECTS = 8


def stated(raw: str, rendered_prompt: str | None = None) -> tuple[str, str]:
    """Objects, separated by commas, and the level of risk or a range of two; empty where nothing is said."""
    facts = facts_of(read_answer(raw, rendered_prompt))
    names = facts.objects()
    more = " …" if len(names) > MOST_OBJECTS else ""
    return ", ".join(names[:MOST_OBJECTS]) + more, facts.risk.text if facts.risk else ""
