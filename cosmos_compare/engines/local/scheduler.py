"""Many answers of one model in the same steps: they join and leave between two steps.

Who asks reads the prompt in a thread of their own, joins, and takes tokens as they come; a thread of the scheduler
decodes while there is anything to decode. An answer comes to the same tokens whatever runs beside it, so one that
loses its place (to somebody who waits, or because memory is short) is simply started again.
"""

import queue
import threading
from collections.abc import Iterator
from typing import Any

from cosmos_compare.engines.base import Cancelled
from cosmos_compare.engines.local import memory
from cosmos_compare.engines.local.background import Background
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.sequence import Decoder, Sequence, StartedAgainError, StepFailedError
from cosmos_compare.engines.local.turn_lock import LOOK_S
from cosmos_compare.language import Text

CALM = 32  # answers that end well before one more is tried at once again


class Scheduler:
    """The steps of one decoder. Safe for any number of threads."""

    def __init__(self, decoder: Decoder, threads: int | None = None) -> None:
        """`threads` is how many a step may use on a CPU."""
        self.decoder = decoder
        self.room = decoder.slots  # less while memory is short
        self._threads = threads
        self._waiting: list[Sequence] = []
        self._running: list[Sequence] = []
        self._failed = ""  # why steps failed, where it was not for lack of memory
        self._calm = 0
        self._working = False
        self._changed = threading.Condition()

    @property
    def note(self) -> str:
        """Why fewer answers run at once than could; empty when nothing is in the way."""
        if self.room >= self.decoder.slots:
            return ""
        if self._failed:
            return Text(
                "Steps of several answers failed ({why}): {room} at once, not {slots}.",
                why=self._failed,
                room=self.room,
                slots=self.decoder.slots,
            )
        return Text("Memory is short: {room} at once, not {slots}.", room=self.room, slots=self.decoder.slots)

    def tokens(self, sequence: Sequence, cancelled: Cancelled) -> Iterator[int]:
        """Join, and give each token as it comes, until `cancelled` says so; leaving the loop leaves the steps.

        Raises `StartedAgainError` when the place was lost, and what broke the steps of this answer.
        """
        sequence.joined = True
        with self._changed:
            self._waiting.append(sequence)
            if not self._working:
                self._start(sequence)
        try:
            while True:
                try:
                    arrived = sequence.arrived.get(timeout=LOOK_S)
                except queue.Empty:  # it waits for a place, or a step takes long
                    if cancelled():
                        return
                    continue
                if isinstance(arrived, BaseException):
                    raise arrived
                if arrived is None:
                    return
                yield arrived
        finally:
            sequence.left = True

    def make_way(self) -> None:
        """Have the youngest patient answer give up its memory, if one is decoded."""
        with self._changed:
            for each in reversed(self._running):
                if each.patient and not each.left and not each.makes_way:
                    each.makes_way = True
                    return

    def wait_until_idle(self) -> None:
        """Wait until nothing is decoded."""
        with self._changed:
            self._changed.wait_for(lambda: not self._working)

    def _start(self, sequence: Sequence) -> None:
        """Begin to decode. Where memory is short a thread can't be had: then this answer fails, and no later one."""
        try:
            Background(self._work, name="decode")
        except BaseException:
            self._waiting.remove(sequence)
            self.decoder.release(sequence.state)
            raise
        self._working = True

    @torch.inference_mode()
    def _work(self) -> None:
        try:
            if self._threads is not None:
                torch.set_num_threads(self._threads)
            pending: tuple[list[Sequence], Any] | None = None
            while self._admit(pending is not None):
                pending = self._step(pending)
        except BaseException as error:
            self._break(error)
            raise

    def _admit(self, pending: bool) -> bool:
        """Let leave who wants to and join who waits; whether there is anything to do. The work ends if not."""
        with self._changed:
            for gone in [each for each in self._running if each.left or each.makes_way]:
                self._end(gone, None if gone.left else StartedAgainError(for_memory=True))
            for gone in [each for each in self._waiting if each.left]:
                self._waiting.remove(gone)
                self.decoder.release(gone.state)
            while (sequence := self._next()) is not None:
                self._waiting.remove(sequence)
                self._join(sequence)
            self._working = bool(self._running or self._waiting or pending)
            self._changed.notify_all()
            return self._working

    def _next(self) -> Sequence | None:
        """Who joins next. Somebody who waits gets the place of a patient one where all are taken."""
        urgent = next((each for each in self._waiting if not each.patient), None)
        if urgent and len(self._running) >= self.room:
            victim = next((each for each in reversed(self._running) if each.patient), None)
            if victim is not None:
                self._end(victim, StartedAgainError())
        if len(self._running) >= self.room:
            return None
        return urgent or next(iter(self._waiting), None)

    def _join(self, sequence: Sequence) -> None:
        try:
            self.decoder.join(sequence)
        except Exception as error:  # noqa: BLE001  whatever it is, it is told to the one who asked
            self.decoder.release(sequence.state)
            sequence.end(error)
        else:
            self._running.append(sequence)

    def _step(self, pending: tuple[list[Sequence], Any] | None) -> tuple[list[Sequence], Any] | None:
        """Launch the next step, then read the tokens of the one before; of this one where nothing runs ahead."""
        launched = None
        # A last token is known to be the last: nothing is worked out behind it.
        ahead = {id(each) for each in (pending[0] if pending else [])}
        going = [each for each in self._running if each.count + (id(each) in ahead) < each.limit]
        if urgent := sum(not each.patient for each in going):
            going = sorted(going, key=lambda each: each.patient)[: max(urgent, self.decoder.few)]
        try:
            if going:
                launched = going, self.decoder.launch(going)
            if not self.decoder.ahead:
                pending, launched = launched, None
            if pending:
                self._deliver(*pending)
        except Exception as error:  # noqa: BLE001  it is told to the one whose step it is
            self._fail(error)
            return None
        return launched

    def _deliver(self, sequences: list[Sequence], ticket: Any) -> None:
        tokens = self.decoder.collect(ticket)
        running = set(map(id, self._running))
        company = len(sequences)
        for sequence, token in zip(sequences, tokens, strict=True):
            if id(sequence) not in running or sequence.left:
                continue
            sequence.company = max(sequence.company, company)
            if sequence.take(token):
                self._end(sequence)
                self._relax()

    def _fail(self, error: Exception) -> None:
        """A step failed. Alone, the error is that answer's own; in company, all start again, fewer at a time."""
        running = list(self._running)
        alone = len(running) == 1
        why = f"{type(error).__name__}: {str(error)[:300]}"
        told: Exception = StepFailedError(why)
        if memory.is_out_of_memory(error):
            told, why = type(error)(*error.args), ""  # the traceback of this one keeps the memory that is wanted
        for sequence in running:
            self._end(sequence, told if alone else StartedAgainError())
        if not alone:
            self.room, self._calm, self._failed = max(1, len(running) // 2), 0, why
        memory.free_memory()

    def _relax(self) -> None:
        self._calm += 1
        if self._calm >= CALM and self.room < self.decoder.slots:
            self.room, self._calm = self.room + 1, 0

    def _end(self, sequence: Sequence, error: BaseException | None = None) -> None:
        self._running.remove(sequence)
        self.decoder.leave(sequence)
        sequence.end(error)

    def _break(self, error: BaseException) -> None:
        """The thread itself ends, with the program, say: nobody may wait for ever."""
        with self._changed:
            for sequence in [*self._running, *self._waiting]:
                sequence.end(error)
            self._running.clear()
            self._waiting.clear()
            self._working = False
            self._changed.notify_all()
