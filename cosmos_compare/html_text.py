"""Text in HTML: escaped, and without characters that can't be seen. Imports nothing of ours."""

import re
from html import escape

# Control characters but newline and tab, and marks that turn the direction of the text round.
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def visible(text: object) -> str:
    """A text without characters that can't be seen; a sign stands for each."""
    return _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", str(text))


def safe(text: object) -> str:
    """Escaped for HTML, and without characters that can't be seen."""
    return escape(visible(text))
