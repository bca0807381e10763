"""Showing jobs in a terminal while they write: whole lines, each with the name of its model."""

import sys
import threading
from collections.abc import Sequence
from typing import TextIO

from cosmos_compare.cli.terminal import harmless
from cosmos_compare.jobs import Job
from cosmos_compare.schema import Run


def show(jobs: Sequence[Job[Run]], out: TextIO | None = None) -> None:
    """Print the text of all jobs as it comes and return when all have ended. Ctrl-C stops the jobs, which still
    save what they wrote."""
    out = out or sys.stdout
    width = max(len(job.spec.name) for job in jobs)
    lock = threading.Lock()
    threads = [
        threading.Thread(target=_print_lines, args=(job, f"{job.spec.name:>{width}} │ ", lock, out), daemon=True)
        for job in jobs
    ]
    for thread in threads:
        thread.start()
    try:
        for job in jobs:
            job.wait()
    except KeyboardInterrupt:
        for job in jobs:
            job.stop()
        raise
    finally:
        for job, thread in zip(jobs, threads, strict=True):
            job.wait()
            thread.join()


def _print_lines(job: Job[Run], label: str, lock: threading.Lock, out: TextIO) -> None:
    line = ""
    for piece in job.stream():
        *whole, line = (line + piece).split("\n")
        for text in whole:
            _print(label + text, lock, out)
    if line:
        _print(label + line, lock, out)


def _print(text: str, lock: threading.Lock, out: TextIO) -> None:
    with lock:
        print(harmless(text), file=out, flush=True)
