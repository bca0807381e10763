"""Marks in an answer, round what only the video tells, so that training can weigh it.

Marked twice: a coordinate. Marked three times: a time.
"""

OPEN, CLOSE = "\x01", "\x02"


def unmarked(text: str) -> str:
    return text.replace(OPEN, "").replace(CLOSE, "")


def mark(text: str, times: int = 1) -> str:
    return f"{OPEN * times}{text}{CLOSE * times}"


def capital(text: str) -> str:
    """The first letter large, marks skipped."""
    at = len(text) - len(text.lstrip(OPEN))
    return text[:at] + text[at : at + 1].upper() + text[at + 1 :]
