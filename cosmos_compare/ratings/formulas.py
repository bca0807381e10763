"""Text in spreadsheet cells: what a spreadsheet would run as a formula is marked as text, and unmarked when read.

A formula begins with one of = + - @. It also begins there when a spreadsheet splits our commas wrongly, at a
semicolon, a tab or a line break inside a note, so those places are marked too. The mark is an apostrophe; a text that
has one there already gets a second, so that `restore(neutralise(text)) == text` for every text.
"""

import re

# The last four are full-width forms, which some spreadsheets read as the plain ones.
_START = r"(?:^|(?<=[;\t\r\n]))"
_FORMULA = r"(?='*[ \u00a0]*[=+\-@\uff1d\uff0b\uff0d\uff20])"
_RISKY = re.compile(_START + _FORMULA)
_MARKED = re.compile(_START + "'" + _FORMULA)


def neutralise(text: str) -> str:
    """The text with an apostrophe wherever a spreadsheet could take what follows for a formula."""
    return _RISKY.sub("'", text)


def restore(cell: str) -> str:
    """The text that `neutralise` made `cell` from."""
    return _MARKED.sub("", cell) if "'" in cell else cell
