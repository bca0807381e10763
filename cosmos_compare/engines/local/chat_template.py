"""A checkpoint's chat template, rendered in a process of its own: it is a program that a stranger wrote.

Jinja's sandbox keeps a template from the machine, but not from looping for ever or filling the memory. The child
process (`chat_template_child`) has limits on both, and is ended when somebody presses Stop. It lives as long as its
template is in use, so that a prompt costs a fraction of a millisecond.
"""

import json
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, Queue
from typing import Any

from cosmos_compare.engines.local import chat_template_child as child
from cosmos_compare.errors import CompareError
from cosmos_compare.language import Text

WAIT_S = 20.0  # by the clock; on a busy machine a child may wait long for its 2 s of work
POLL_S = 0.02
MAX_TEMPLATE = 1_000_000  # characters; the longest that models bring have some 20,000
HINT = Text("Its chat template is at fault: use the original checkpoint's.")

TemplateTurns = Sequence[dict[str, Any]]


def never() -> bool:
    """For those whom nobody can stop."""
    return False


class Stopped(Exception):  # noqa: N818  no error: somebody pressed Stop
    """The rendering was ended because nobody wants it any more."""


class ChatTemplate:
    """Renders turns into the text of a prompt. One caller at a time; others wait for their turn."""

    def __init__(self, text: str, names: dict[str, Any]) -> None:
        """`names` are what a template may use besides the turns: the special tokens."""
        if len(text) > MAX_TEMPLATE:
            raise CompareError("The chat template is longer than {most:,} characters.", HINT, most=MAX_TEMPLATE)
        self.text = text
        self._names = names
        self._process: subprocess.Popen[bytes] | None = None
        self._lines: Queue[bytes] = Queue()
        self._lock = threading.Lock()

    def render(
        self, turns: TemplateTurns, cancelled: Callable[[], bool] = never, switches: Mapping[str, bool] | None = None
    ) -> str:
        """The prompt of these turns, with the beginning of the answer behind them; `switches` are variables of the
        template that turn something on or off, as `enable_thinking` does.

        Raises `CompareError` when the template fails or goes on for too long, `Stopped` once `cancelled` says so.
        """
        values = {**(switches or {}), **self._names, "messages": list(turns), "tools": None, "documents": None}
        line = json.dumps({"template": self.text, "values": values | {"add_generation_prompt": True}}).encode()
        with self._lock:
            process = self._started()
            assert process.stdin is not None
            with suppress(OSError):  # it ended before it read the line; what it said last tells why
                process.stdin.write(line + b"\n")
                process.stdin.flush()
            reply = self._reply(process, cancelled)
            if "text" not in reply:
                self.close()  # it has spoken its last words
        if "text" not in reply:
            raise CompareError("The chat template can't be used: {reason}.", HINT, reason=reply["error"])
        return str(reply["text"])

    def close(self) -> None:
        if self._process is not None:
            _end(self._process)
            self._process = None

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._process is None or self._process.poll() is not None:
            # -P: the folder of the script, which is full of modules of ours, stays out of the search path.
            words = [sys.executable, "-P", str(Path(child.__file__))]
            self._process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            self._lines = Queue()
            threading.Thread(target=_read_lines, args=(self._process, self._lines), daemon=True).start()
            weakref.finalize(self, _end, self._process)
        return self._process

    def _reply(self, process: "subprocess.Popen[bytes]", cancelled: Callable[[], bool]) -> dict[str, Any]:
        until = time.monotonic() + WAIT_S
        while time.monotonic() < until:
            try:
                line = self._lines.get(timeout=POLL_S)
            except Empty:
                if cancelled():
                    self.close()
                    raise Stopped from None
                continue
            # An empty line is the end: killed by its limits without a word.
            return dict(json.loads(line)) if line else {"error": Text("it takes too much time or memory")}
        return {"error": Text("it takes longer than {wait_s:.0f} s", wait_s=WAIT_S)}


def _read_lines(process: "subprocess.Popen[bytes]", lines: "Queue[bytes]") -> None:
    assert process.stdout is not None
    with process.stdout as pipe:
        for line in pipe:
            lines.put(line)
    lines.put(b"")


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait()
    assert process.stdin is not None
    with suppress(OSError):  # what was not sent any more
        process.stdin.close()
