"""Language: every text that the app shows goes through `t`, English in the code, others from gettext catalogues.

`locale/<language>/cosmos_compare.po` holds a translation; it is read as text, so that nothing has to be compiled.
"""

import gettext
import io
from collections.abc import Callable
from functools import cache
from pathlib import Path

SOURCE = "en"
FOLDER = Path(__file__).parent / "locale"


def _source() -> str:
    return SOURCE


_choose: Callable[[], str] = _source


def speak(choose: Callable[[], str]) -> None:
    """Ask `choose` for the language of each text from now on: a page asks its session, a command says one."""
    global _choose
    _choose = choose


def current() -> str:
    """The language that is spoken now: `en`, `fr` …; one without a catalogue counts as English."""
    chosen = _choose()
    return chosen if chosen in languages() else SOURCE


@cache
def languages() -> tuple[str, ...]:
    """The languages there are, English first."""
    return (SOURCE, *sorted(path.parent.name for path in FOLDER.glob("*/cosmos_compare.po")))


def t(message: str, /, **blanks: object) -> str:
    """`message` in the current language, its named blanks (`{n}`) filled in."""
    text = _catalogue(current()).gettext(message)
    return text.format(**blanks) if blanks else text


def tn(one: str, many: str, n: int, /, **blanks: object) -> str:
    """The same for a text that depends on a number, which fills the blank `{n}`."""
    return _catalogue(current()).ngettext(one, many, n).format(n=n, **blanks)


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    if language == SOURCE:
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    with (FOLDER / language / "cosmos_compare.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
