"""Marks in an answer, round what only the video tells, so that training can weigh it. Marked twice: a coordinate."""

OPEN, CLOSE = "\x01", "\x02"


def unmarked(text: str) -> str:
    return text.replace(OPEN, "").replace(CLOSE, "")


def mark(text: str) -> str:
    return f"{OPEN}{text}{CLOSE}"


def capital(text: str) -> str:
    """The first letter large, marks skipped."""
    at = 1 if text.startswith(OPEN) else 0
    return text[:at] + text[at : at + 1].upper() + text[at + 1 :]
