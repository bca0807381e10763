"""Language: every text that a person reads goes through `t`, English in the code, others from gettext catalogues.

`locale/<language>/cosmos_compare.po` holds a translation; it is read as text, so that nothing has to be compiled.
A text that is written long before it is shown, or in another thread, is a `Text`: it says itself in the language of
whoever reads it, and is English where it is stored.
"""

from __future__ import annotations

import gettext
import io
import os
import re
import string
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import cache, lru_cache
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from babel import Locale
    from babel.messages.catalog import Catalog

SOURCE = "en"
FOLDER = Path(__file__).parent / "locale"
VARIABLE = "COSMOS_COMPARE_LANG"
NO_BREAK = "\N{NO-BREAK SPACE}"
_NUMBER = re.compile(r"[+-]?\d[\d,]*(\.\d+)?%?")


def of_environment() -> str:
    """What the environment asks for (`COSMOS_COMPARE_LANG=fr`), else English."""
    return os.environ.get(VARIABLE) or SOURCE


_choose: Callable[[], str] = of_environment


def speak(choose: Callable[[], str]) -> None:
    """Ask `choose` for the language of each text from now on: a page asks its session, a command says one."""
    global _choose
    _choose = choose


_spoken: ContextVar[str] = ContextVar("spoken", default="")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Say everything in this language here, in this thread only, whoever reads."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def current() -> str:
    """The language that is spoken now: `en`, `fr` …; one without a catalogue counts as English."""
    return known(_spoken.get() or _choose()) or SOURCE


def known(name: str) -> str:
    """The language of ours that a name means (`fr`, `fr-CA`, `FR_fr`), or nothing."""
    base = re.split(r"[-_]", name.strip().lower())[0]
    return base if base in languages() else ""


@cache
def languages() -> tuple[str, ...]:
    """The languages there are, English first."""
    return (SOURCE, *sorted(path.parent.name for path in FOLDER.glob("*/cosmos_compare.po")))


def t(message: str, /, **blanks: object) -> str:
    """`message` in the current language, its named blanks (`{n}`) filled in; numbers in its form."""
    if isinstance(message, Text):
        return str(message)
    return _filled(_catalogue(current()).gettext(message) if message else "", blanks)


def tn(one: str, many: str, n: int, /, **blanks: object) -> str:
    """The same for a text that depends on a number, which fills the blank `{n}`."""
    return _filled(_catalogue(current()).ngettext(one, many, n), {"n": n, **blanks})


def semicolons(parts: Iterable[str]) -> str:
    """Parts of a sentence one behind the other; French has a space before the sign."""
    return t("; ").join(map(str, parts))


def N_(message: str) -> str:  # noqa: N802  the name that gettext's tools look for
    """`message` as it is: marks a constant that `t` is given later, so that it comes into the catalogue."""
    return message


def clause(sentence: str) -> str:
    """A sentence as part of another: without its full stop."""
    return sentence.rstrip(".")


class Text(str):
    """A text that is said in the language of whoever reads it: `str()` and f-strings give that, its value is English.

    So what is stored, compared or sent on as a string stays English. Blanks may be texts themselves.
    """

    template: str
    blanks: Mapping[str, object]
    how: Callable[[str], str] | None = None

    def __new__(cls, template: str, /, **blanks: object) -> Self:
        with speaking(SOURCE):
            made = super().__new__(cls, template.format(**blanks) if blanks else template)
        made.template, made.blanks = template, blanks
        return made

    def changed(self, how: Callable[[str], str]) -> Self:
        """The text as `how` changes it, whatever the language; a named function, so that it can be pickled."""
        made = str.__new__(type(self), how(str.__str__(self)))
        made.template, made.blanks, made.how = self.template, self.blanks, how
        return made

    def __str__(self) -> str:
        said = t(self.template, **self.blanks)
        return self.how(said) if self.how else said

    def __format__(self, form: str) -> str:
        return format(str(self), form)


def listed(words: Sequence[str], between: str = N_(" and ")) -> Text:
    """Words one behind the other, each in the language of whoever reads."""
    if not words:
        return Text("")
    blanks = {f"_{at}": word for at, word in enumerate(words)}
    names = [f"{{{name}}}" for name in blanks]
    return Text("{between}".join(names), between=Text(between), **blanks)


def number(value: Any, form: str = "") -> str:
    """A number in the current language: `format(value, form)` with its own decimal sign, groups and per cent."""
    text = format(value, form)
    return text if current() == SOURCE else _with_own_signs(text)


def _with_own_signs(number: str) -> str:
    signs = _locale(current()).number_symbols["latn"]
    number = number.translate({ord(","): signs["group"], ord("."): signs["decimal"]})
    return number.replace("%", f"{NO_BREAK}%")


def moment(iso: str) -> str:
    """Date and time of an ISO 8601 text, to the minute: `2026-11-26 09:05`, `26/11/2026 09:05`."""
    if current() == SOURCE:
        return iso[:16].replace("T", " ")
    return f"{day(iso)} {iso[11:16]}"


def day(iso: str) -> str:
    """The date of an ISO 8601 text: `2026-11-26`, `26/11/2026`."""
    if current() == SOURCE:
        return iso[:10]
    from babel.dates import format_date

    return format_date(date.fromisoformat(iso[:10]), "short", locale=_locale(current()))


class _Filler(string.Formatter):
    """`str.format` whose numbers are those of the current language."""

    def format_field(self, value: Any, form: str) -> Any:
        is_number = isinstance(value, Real) and not isinstance(value, bool)
        return number(value, form) if is_number else format(value, form)


def _filled(template: str, blanks: Mapping[str, object]) -> str:
    if not blanks:
        return template
    return template.format(**blanks) if current() == SOURCE else _Filler().vformat(template, (), blanks)


def retold(text: str) -> str:
    """A text that was stored in English, in the current language where it is one of ours, else as it is.

    What runs keep is English: why one failed, what was odd with a clip. The catalogue knows their forms.
    """
    if isinstance(text, Text) or current() == SOURCE or not text:
        return str(text)
    said = t(text)
    return said if said != text else _from_form(text, current())


@lru_cache(maxsize=1000)  # a page says the same few again and again, and each is held against hundreds of forms
def _from_form(text: str, language: str) -> str:
    for form, message in _forms(language):
        if found := form.fullmatch(text):
            blanks = {name: _retold_blank(value) for name, value in found.groupdict().items()}
            return _AsWritten().vformat(_catalogue(language).gettext(message), (), blanks)
    return text


def _retold_blank(value: str) -> str:
    return _with_own_signs(value) if _NUMBER.fullmatch(value) else retold(value)


class _AsWritten(string.Formatter):
    """`str.format` for blanks that are texts already, whatever form their message asks for."""

    def format_field(self, value: Any, form: str) -> Any:
        return value

    def convert_field(self, value: Any, conversion: Any) -> Any:
        return value


@cache
def _forms(language: str) -> list[tuple[re.Pattern[str], str]]:
    """The patterns of all texts with blanks, those with most words of their own first."""
    known = [text for text in _messages(language) if re.search(r"{\w", text)]
    known.sort(key=lambda text: -len(re.sub(r"{.*?}", "", text)))
    return [(re.compile(_form(text), re.DOTALL), text) for text in known]


def _form(message: str) -> str:
    """A pattern for what a text with named blanks becomes; `{n:,}` and `{name!r}` match whatever stood there."""
    seen: set[str] = set()
    parts = []
    for words, name, _, _ in string.Formatter().parse(message):
        parts.append(re.escape(words))
        if name is not None:
            parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>.+?)")
            seen.add(name)
    return "".join(parts)


@cache
def _locale(language: str) -> Locale:
    from babel import Locale

    return Locale.parse(language)


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    if language == SOURCE:
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo

    compiled = io.BytesIO()
    write_mo(compiled, _read(language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _messages(language: str) -> list[str]:
    """The English texts that a catalogue translates."""
    return [text for message in _read(language) for text in _both(message.id) if text]


def _both(key: Any) -> tuple[str, ...]:
    return tuple(key) if isinstance(key, tuple | list) else (str(key),)


def _read(language: str) -> Catalog:
    from babel.messages.pofile import read_po

    with (FOLDER / language / "cosmos_compare.po").open("rb") as file:
        return read_po(file, locale=language)
