"""The facts of answers, remembered: reading one takes milliseconds, a study may have thousands.

Kept in `outputs/.facts.json`, which may be deleted at any time: a run never changes, so its facts hold as long as the
reading code, the lexicon and the ground truth do.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import orjson

from cosmos_compare.errors import CompareError
from cosmos_compare.runs.disk import replace_file
from cosmos_compare.runs.index import RunRow
from cosmos_compare.runs.store import Store
from cosmos_compare.studies.facts import (
    KINDS,
    LETTER,
    AnswerFacts,
    Fact,
    HintLevel,
    Truth,
    read_facts,
    reader_key,
    reader_now,
)

NAME = ".facts.json"
AT_ONCE = 64  # unknown answers that a page may wait for


class Read(NamedTuple):
    """Facts by run, and how many answers are still to be read."""

    facts: dict[str, AnswerFacts]
    missing: int


class HeldFacts(NamedTuple):
    """A run and what it is held against."""

    row: RunRow
    truth: Truth


class FactBook:
    """Facts by run, for one outputs folder. Safe for several threads."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._lock = threading.Lock()
        self._entries = _load(store)
        self._changed = False
        self._unreadable: set[str] = set()
        self._reader: threading.Thread | None = None

    def known(self, row: RunRow, key: str) -> AnswerFacts | None:
        """The facts of a run if they were read before under this `reader_key`."""
        with self._lock:
            entry = self._entries.get(row.id)
        return entry[1] if entry and entry[0] == key else None

    def read(self, row: RunRow, truth: Truth, key: str) -> AnswerFacts | None:
        """The facts of a run; None for one that has no whole answer, or whose record can't be read."""
        if not row.finished:
            return None
        found = self.known(row, key)
        if found is None:
            try:
                found = read_facts(self.store.load(row), truth)
            except CompareError:
                self._unreadable.add(row.id)
                return None
            with self._lock:
                self._entries[row.id] = key, found
                self._changed = True
        return found

    def read_all(self, answers: Iterable[HeldFacts]) -> dict[str, AnswerFacts]:
        """The facts of many runs, by id, and keep them."""
        answers = list(answers)
        keys = _keys(answers)
        read = {row.id: self.read(row, truth, keys[id(truth)]) for row, truth in answers}
        self.keep()
        return {run: facts for run, facts in read.items() if facts is not None}

    def read_beside(self, answers: Sequence[HeldFacts]) -> Read:
        """The facts that are known by now; a few unknown ones are read at once, many in a thread of their own.

        Ask again to see how far it is: reading one answer takes milliseconds.
        """
        keys = _keys(answers)
        there = {row.id: facts for row, truth in answers if (facts := self.known(row, keys[id(truth)])) is not None}
        read = there.keys() | self._unreadable
        unknown = [own for own in answers if own.row.finished and own.row.id not in read]
        if len(unknown) <= AT_ONCE:
            return Read(there | self.read_all(unknown), 0)
        with self._lock:
            if self._reader is None or not self._reader.is_alive():
                self._reader = threading.Thread(target=self.read_all, args=(unknown,), daemon=True, name="facts")
                self._reader.start()
        return Read(there, len(unknown))

    def keep(self) -> None:
        """Write what was read since the last time."""
        with self._lock:
            if not self._changed:
                return
            data = orjson.dumps({run: (key, _plain(facts)) for run, (key, facts) in self._entries.items()})
            self._changed = False
        with suppress(OSError):  # on a read-only disk they are read again next time
            replace_file(self.store.outputs / NAME, data)


def _keys(answers: Iterable[HeldFacts]) -> dict[int, str]:
    """The `reader_key` of each truth by its identity: many answers are held against one."""
    truths, reader = {id(truth): truth for _, truth in answers}, reader_now()
    return {own: reader_key(truth, reader) for own, truth in truths.items()}


def _load(store: Store) -> dict[str, tuple[str, AnswerFacts]]:
    try:
        data = orjson.loads((store.outputs / NAME).read_bytes())
        return {run: (key, _facts(values)) for run, (key, values) in data.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}  # not there, torn, or of another form: it is only a cache


def _plain(facts: AnswerFacts) -> list[object]:
    return [*(tuple(facts.of(kind)) for kind in (*KINDS, LETTER)), facts.times, [tuple(hint) for hint in facts.hints]]


def _facts(values: list[Any]) -> AnswerFacts:
    *facts, times, hints = values
    objects, risk, action, events, letter = (Fact(*each) for each in facts)
    told = tuple((label, start, end) for label, start, end in times)
    return AnswerFacts(objects, risk, action, events, told, letter, tuple(HintLevel(*each) for each in hints))
