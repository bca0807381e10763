"""A true vLLM on this machine's processor, where `.ci/vllm` put one, and a proxy before it that meddles."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import httpx2
import pytest
from conftest import ROOT
from fake_vllm import listening

PYTHON = ROOT / ".venv-vllm" / "bin" / "python"
READY_S = 600.0  # one is ready after 40 s on two quiet cores; three beside other tests take minutes
FLAGS = (
    *("--host", "127.0.0.1", "--dtype", "float32", "--max-model-len", "8192", "--max-num-seqs", "32"),
    *("--enforce-eager", "--enable-prompt-tokens-details"),
    *("--trust-request-mm-kwargs", "--trust-request-chat-template"),
)
ALONE = {  # few threads, little memory, and nothing told to anybody
    "OMP_NUM_THREADS": "1",
    "HF_HUB_OFFLINE": "1",
    "VLLM_NO_USAGE_STATS": "1",
    "DO_NOT_TRACK": "1",
    "VLLM_CPU_KVCACHE_SPACE": "1",
    "VLLM_CPU_OMP_THREADS_BIND": "nobind",
}


class Vllm:
    """One server of one demo model, with its engine and workers in a process group of their own."""

    def __init__(self, model: str, log: Path, *flags: str, key: str = "") -> None:
        self.model, self.key, self.log = model, key, log
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/v1"
        words = ["--model", str(ROOT / "data" / "demo_models" / model), "--served-model-name", model]
        words += ["--port", str(self.port), *FLAGS, *flags, *(["--api-key", key] if key else [])]
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [PYTHON, "-m", "vllm.entrypoints.openai.api_server", *words],
                env=os.environ | ALONE,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait(self, until: float) -> None:
        """Until it answers; fails with the end of its log."""
        while True:
            with suppress(httpx2.TransportError):
                if httpx2.get(f"http://127.0.0.1:{self.port}/health", timeout=5).status_code == 200:
                    return
            if self.process.poll() is not None or time.monotonic() > until:
                pytest.fail(f"vLLM does not start:\n{self.log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.5)

    def kill(self) -> None:
        """The whole group at once: the engine and its workers outlive their parent otherwise."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def started(*servers: Vllm) -> Iterator[None]:
    """Servers that are started side by side, ready; all their processes are gone afterwards."""
    try:
        until = time.monotonic() + READY_S
        for server in servers:
            server.wait(until)
        yield
    finally:
        for server in servers:
            server.kill()


def needs_vllm() -> None:
    if not PYTHON.exists():
        pytest.skip("needs a true vLLM in .venv-vllm, which `.ci/vllm` installs (2.1 GB)")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def between(
    url: str,
    change: Callable[[dict[str, Any]], dict[str, Any]] = lambda body: body,
    cut_after: int | None = None,
) -> Iterator[str]:
    """The address of a proxy before a server. `change` is made to each question; the first answer that streams is cut
    after so many bytes."""
    home = url.removesuffix("/v1")
    cuts = [] if cut_after is None else [cut_after]

    class Proxy(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Quiet."""

        def do_GET(self) -> None:
            self._pass_on(b"")

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            limit = cuts.pop() if body.get("stream") and cuts else None
            self._pass_on(json.dumps(change(body)).encode(), limit)

        def _pass_on(self, content: bytes, limit: int | None = None) -> None:
            headers = {"content-type": "application/json"}
            with httpx2.stream(self.command, home + self.path, content=content, headers=headers, timeout=120) as reply:
                self.send_response(reply.status_code)
                self.send_header("content-type", reply.headers["content-type"])
                self.end_headers()
                sent = 0
                for chunk in reply.iter_raw():
                    self.wfile.write(chunk if limit is None else chunk[: limit - sent])
                    self.wfile.flush()
                    sent += len(chunk)
                    if limit is not None and sent >= limit:
                        return

    with listening(Proxy) as port:
        yield f"http://127.0.0.1:{port}/v1"
