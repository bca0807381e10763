"""Reading YAML that a stranger wrote: safe types, no aliases, a size limit, a sentence for each fault."""

import stat
from pathlib import Path
from typing import Any

import yaml

from cosmos_compare.errors import CompareError
from cosmos_compare.language import Text

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where PyYAML came with it
MAX_BYTES = 1_000_000
MAX_DEPTH = 40  # the parser's time grows with the square of the depth


def read_mapping(path: Path, max_bytes: int = MAX_BYTES) -> dict[str, Any]:
    """The mapping at the top of a YAML file of at most `max_bytes`.

    Raises `CompareError` when the file is missing, empty, too large, not UTF-8, not YAML, uses aliases (a few
    lines of them can describe gigabytes) or holds something else than a mapping.
    """
    return _mapping(_content(path, max_bytes), path.name)


def mapping_of(content: bytes, name: str, max_bytes: int = MAX_BYTES) -> dict[str, Any]:
    """The same from what a file holds, as a browser sends it; `name` is what to call it."""
    if len(content) > max_bytes:
        raise _too_large(name, max_bytes)
    return _mapping(content, name)


def _mapping(content: bytes, name: str) -> dict[str, Any]:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise CompareError("{name}: not UTF-8 text.", "Save it again as UTF-8.", name=name) from error
    try:
        _refuse_bombs(name, text)
        data = yaml.load(text, Loader=LOADER)  # noqa: S506  both are safe loaders
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        where = getattr(error, "problem_mark", None)
        line = Text(" near line {line}", line=where.line + 1) if where else ""
        raise CompareError(
            "{name}: not valid YAML{near}.", "Check indentation and quotes.", name=name, near=line
        ) from error
    if data is None:
        raise CompareError("{name}: the file is empty.", "Write at least one key and its value.", name=name)
    if not isinstance(data, dict):
        kind = Text("a list") if isinstance(data, list) else Text("one {kind}", kind=type(data).__name__)
        raise CompareError(
            "{name}: holds {kind}, not keys and values.", "Write `key: value` lines.", name=name, kind=kind
        )
    if word := _unsound(data):
        raise CompareError("{name}: {word!a:.60} is no text.", "Write the characters themselves.", name=name, word=word)
    return data


def _content(path: Path, max_bytes: int) -> bytes:
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):  # a pipe would hang who opens it
            raise CompareError("{path}: not a file.", "Name a YAML file.", path=path)
        if facts.st_size > max_bytes:
            raise _too_large(path.name, max_bytes)
        return path.read_bytes()
    except OSError as error:
        raise CompareError(
            "{path}: can't be read ({reason}).", "Check the path.", path=path, reason=error.strerror
        ) from error


def _too_large(name: str, max_bytes: int) -> CompareError:
    return CompareError(
        "{name}: larger than {max_bytes:,} bytes.", "Is this the right file?", name=name, max_bytes=max_bytes
    )


def _unsound(data: Any) -> str:
    """A text in parsed YAML that no file could hold, half a character (`"\\ud800"`); empty where all are sound."""
    if isinstance(data, dict):
        return next(filter(None, map(_unsound, (*data.keys(), *data.values()))), "")
    if isinstance(data, list):
        return next(filter(None, map(_unsound, data)), "")
    return data if isinstance(data, str) and not is_text(data) else ""


def is_text(text: str) -> bool:
    """Whether a text has no half characters in it, as broken escapes and file names that are not UTF-8 leave."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _refuse_bombs(name: str, text: str) -> None:
    """Look at the events one by one and stop at the first that could make the whole explode."""
    open_nodes: list[_OpenNode] = []
    for event in yaml.parse(text, Loader=LOADER):
        if isinstance(event, yaml.events.AliasEvent):
            raise CompareError("{name}: uses YAML aliases (*name).", "Write the text out instead.", name=name)
        if open_nodes and (twice := open_nodes[-1].key_again(event)):
            raise CompareError(
                "{name}: the key {key!r} stands twice, again in line {line}.",
                "Keep one of them.",
                name=name,
                key=twice.value,
                line=twice.start_mark.line + 1 if twice.start_mark else "?",
            )
        if isinstance(event, yaml.events.CollectionStartEvent):
            open_nodes.append(_OpenNode(isinstance(event, yaml.events.MappingStartEvent)))
        elif isinstance(event, yaml.events.CollectionEndEvent):
            open_nodes.pop()
        if len(open_nodes) > MAX_DEPTH:
            raise CompareError(
                "{name}: nested more than {most} deep.", "Is this the right file?", name=name, most=MAX_DEPTH
            )


class _OpenNode:
    """A list or mapping that is being read; of a mapping the keys so far. YAML takes the last of two alike without a
    word, and half of what somebody wrote would be gone."""

    def __init__(self, mapping: bool) -> None:
        self._is_key = mapping
        self._mapping = mapping
        self._keys: set[str] = set()

    def key_again(self, event: yaml.events.Event) -> yaml.events.ScalarEvent | None:
        """The event where it is a key that came before; to be asked of each event inside."""
        if not self._mapping or not isinstance(event, yaml.events.NodeEvent):
            return None
        is_key, self._is_key = self._is_key, not self._is_key
        if not is_key or not isinstance(event, yaml.events.ScalarEvent):
            return None
        again = event.value in self._keys
        self._keys.add(event.value)
        return event if again else None
