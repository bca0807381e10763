"""Bring the translations up to date: what the code says comes in, what it no longer says goes.

    python tools/translations.py           update every cosmos_compare/locale/*/cosmos_compare.po
    python tools/translations.py --check   change nothing; exit 1 where something is missing or left over

Both name what has no translation yet.

Texts are found in the code where they are said: `t("…")`, `tn("…", "…", n)`, `Text("…")`, `N_("…")`, and the two texts
of `CompareError("…", "…")` and of its kinds. A catalogue is sorted and names no lines, so that two people's changes
rarely meet.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "cosmos_compare"
# Which arguments are texts: of an error whose first one tells its kind, the two behind it.
TWO = slice(0, 2)
SPOKEN = {
    **dict.fromkeys(("t", "N_", "Text"), slice(0, 1)),
    **dict.fromkeys(("CompareError", "AgainError", "RefusedError"), TWO),
    "FinalError": slice(1, 3),
}
HEADERS = ('"Language:', '"Plural-Forms:', '"MIME-Version:', '"Content-Type:', '"Content-Transfer-Encoding:')
Said = str | tuple[str, str]  # a text, or one for a single thing and one for several


def sources() -> list[Path]:
    """The files whose texts are shown."""
    return [ROOT / "app.py", *sorted((ROOT / "pages").glob("*.py")), *sorted(PACKAGE.rglob("*.py"))]


def name_of(call: ast.Call) -> str:
    """What a call calls: `t` of `t(…)` and of `language.t(…)`."""
    function = call.func
    if isinstance(function, ast.Name):
        return function.id
    return function.attr if isinstance(function, ast.Attribute) else ""


def literals(node: ast.expr) -> Iterator[str]:
    """The texts that an argument may be: written out, or one of two."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)


def texts_of(source: str) -> Iterator[Said]:
    """All texts that a file says, in no order."""
    tree = ast.parse(source)
    ours = ours_in(tree)
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        name = name_of(call)
        if name not in ours:
            continue
        if name == "tn":
            pairs = zip(*(literals(node) for node in call.args[:2]), strict=True)
            yield from pairs
        for argument in call.args[SPOKEN.get(name, slice(0))]:
            yield from (text for text in literals(argument) if text.strip())


def ours_in(tree: ast.Module) -> set[str]:
    """Which of the names that say a text are ours in this file: another library has a `Text`, too."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    homes = ("cosmos_compare.language", "cosmos_compare.errors", "cosmos_compare.engines.server.faults")
    names = {alias.name for node in imports if node.module in homes for alias in node.names}
    own = {node.name for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    return names | (own if own & {"t", "CompareError", "FinalError"} else set())


def said(files: Iterable[Path] | None = None) -> set[Said]:
    """The texts of all these files."""
    every = {text for path in files or sources() for text in texts_of(path.read_text(encoding="utf-8"))}
    plural = {text[0] for text in every if isinstance(text, tuple)}
    return {text for text in every if text not in plural}


def catalogues() -> list[Path]:
    """The files of the translations."""
    return sorted(PACKAGE.glob("locale/*/cosmos_compare.po"))


def read(path: Path) -> Catalog:
    """A catalogue as it lies on disk."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.name)


def updated(old: Catalog, texts: set[Said]) -> Catalog:
    """The catalogue of these texts with the translations that are known; what is new has none."""
    new = Catalog(locale=old.locale, fuzzy=False, header_comment="")
    for text in texts:
        key = text if isinstance(text, str) else text[0]
        known = old.get(key)
        fits = known is not None and known.pluralizable == isinstance(text, tuple)
        new.add(text, known.string if fits and known is not None else None)
    return new


def untranslated(catalogue: Catalog) -> list[str]:
    """The texts without a translation, of which a plural may lack one of its forms."""
    messages = [message for message in catalogue if message.id]
    return [str(m.id) for m in messages if not (all(m.string) if isinstance(m.string, tuple) else m.string)]


def write(catalogue: Catalog, path: Path) -> None:
    """Sorted, without lines of code, dates and names, one text a line: the same texts give the same file."""
    written = io.BytesIO()
    write_po(written, catalogue, width=0, sort_output=True, no_location=True)
    lines = written.getvalue().decode("utf-8").splitlines(keepends=True)
    end = next(at for at, line in enumerate(lines) if at and line == "\n")
    head = [line for line in lines[:end] if line.startswith(("msg", *HEADERS))]
    path.write_text("".join([*head, *lines[end:]]), encoding="utf-8")


def main(words: list[str]) -> int:
    """Update or check every catalogue; returns the exit code."""
    texts, wrong = said(), 0
    for path in catalogues():
        old = read(path)
        new = updated(old, texts)
        gone = {str(message.id) for message in old if message.id} - {str(message.id) for message in new if message.id}
        missing = untranslated(new)
        print(f"{path.parent.name}: {len(texts)} texts, {len(missing)} untranslated, {len(gone)} no longer said")
        for text in missing:
            print(f"  {text}")
        wrong += bool(missing or gone)
        if "--check" not in words:
            write(new, path)
    return 1 if wrong and "--check" in words else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
