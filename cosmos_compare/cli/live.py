"""Showing jobs in a terminal while they write: one model's text as it comes, several as labelled lines."""

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TextIO

from cosmos_compare.cli.terminal import harmless
from cosmos_compare.jobs import Job
from cosmos_compare.records.schema import Run

LINE = 100  # characters after which a line is shown though the model has not ended it


def show(jobs: Sequence[Job[Run]]) -> None:
    """Print the text of all jobs as it comes and return when all have ended.

    Ctrl-C stops the jobs, which still save what they wrote.
    """
    threads = [threading.Thread(target=target, daemon=True) for target in _printers(jobs, sys.stdout)]
    for thread in threads:
        thread.start()
    try:
        wait(jobs)
    finally:
        for thread in threads:
            thread.join()


def wait(jobs: Sequence[Job[Run]]) -> None:
    """Wait for all jobs; Ctrl-C stops them first."""
    try:
        for job in jobs:
            job.wait()
    except KeyboardInterrupt:
        for job in jobs:
            job.stop()
        for job in jobs:
            job.wait()
        raise


def lines(pieces: Iterator[str]) -> Iterator[str]:
    """Whole lines out of a stream of pieces; a long one is broken after a word rather than held back."""
    line = ""
    for piece in pieces:
        *whole, line = (line + piece).split("\n")
        yield from whole
        while len(line) > LINE and (cut := line.rfind(" ", 1, LINE)) > 0:
            yield line[:cut]
            line = line[cut + 1 :]
    if line:
        yield line


def _printers(jobs: Sequence[Job[Run]], out: TextIO) -> list["_Printer"]:
    width = max(len(job.spec.name) for job in jobs)
    lock = threading.Lock()
    return [_Printer(job, f"{job.spec.name:>{width}} │ " if len(jobs) > 1 else "", lock, out) for job in jobs]


class _Printer:
    def __init__(self, job: Job[Run], label: str, lock: threading.Lock, out: TextIO) -> None:
        self.job, self.label, self.lock, self.out = job, label, lock, out

    def __call__(self) -> None:
        # The reader of a pipe (`| head`) may leave; the answers are saved all the same.
        with suppress(BrokenPipeError):
            self._print_all()

    def _print_all(self) -> None:
        if not self.label:
            for piece in self.job.stream():
                print(harmless(piece), end="", file=self.out, flush=True)
            print(file=self.out)
            return
        for line in lines(self.job.stream()):
            with self.lock:
                print(self.label + harmless(line), file=self.out, flush=True)
