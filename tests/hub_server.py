"""A Hub of one repository on 127.0.0.1: the routes that huggingface_hub's client asks, and ways to refuse."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

REPO = "acme/street-vlm"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Hub:
    """What the server holds, how it behaves, and what it was asked.

    `refuse_list` and `refuse_files` are (status, error code of the Hub, message); a real gated repository lists its
    files to everyone and refuses only the files themselves. `cut` drops the connection in the middle of a file,
    once. `hold` keeps a file's second half back until the client leaves. `claimed` are sizes that the listing tells
    in place of the true ones; None is an unknown size. `extra_headers` go with each file.
    """

    files: dict[str, bytes]
    refuse_list: tuple[int, str, str] | None = None
    refuse_files: tuple[int, str, str] | None = None
    cut: set[str] = field(default_factory=set)
    hold: set[str] = field(default_factory=set)
    holding: threading.Event = field(default_factory=threading.Event)
    claimed: dict[str, int | None] = field(default_factory=dict)
    extra_headers: dict[str, str] = field(default_factory=dict)
    requests: list[tuple[str, str, str]] = field(default_factory=list)
    authorization: set[str] = field(default_factory=set)
    endpoint: str = ""

    def fetched(self) -> list[tuple[str, str]]:
        """(file, range) of each GET of a file's content, in order; an empty range is the whole file."""
        return [
            (_file_of(path), span) for method, path, span in self.requests if method == "GET" and "/resolve/" in path
        ]


@contextmanager
def serve(hub: Hub) -> Iterator[Hub]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(hub))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    hub.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()


def _handler(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: object) -> None:
            pass

        def do_HEAD(self) -> None:
            self.answer()

        def do_GET(self) -> None:
            self.answer()

        def answer(self) -> None:
            path = self.path.split("?")[0]
            hub.requests.append((self.command, path, self.headers.get("Range", "")))
            hub.authorization.add(self.headers.get("Authorization", ""))
            if path in (f"/api/models/{REPO}", f"/api/models/{REPO}/revision/{COMMIT}"):
                self.refuse(*hub.refuse_list) if hub.refuse_list else self.listing()
            elif path.startswith(f"/api/models/{REPO}/revision/"):
                self.refuse(404, "RevisionNotFound", "Invalid rev id")
            elif path == "/xet-token":
                cas = {"X-Xet-Cas-Url": f"{hub.endpoint}/cas", "X-Xet-Access-Token": "t"}
                self.send(200, b"{}", {**cas, "X-Xet-Token-Expiration": "4102444800"})
            elif path.startswith(f"/{REPO}/resolve/") and _file_of(path) in hub.files:
                self.refuse(*hub.refuse_files) if hub.refuse_files else self.file(_file_of(path))
            else:
                self.refuse(404, "RepoNotFound", "Repository not found")

        def refuse(self, status: int, code: str, message: str) -> None:
            self.send(status, b"", {"X-Error-Code": code, "X-Error-Message": message})

        def listing(self) -> None:
            siblings = [
                {"rfilename": name, "size": hub.claimed.get(name, len(data)), "blobId": _etag(data)}
                for name, data in {**hub.files, "original/model.safetensors": b"a copy"}.items()
            ]
            body = json.dumps({"id": REPO, "modelId": REPO, "sha": COMMIT, "siblings": siblings})
            self.send(200, body.encode(), {"Content-Type": "application/json"})

        def file(self, name: str) -> None:
            data = hub.files[name]
            start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
            headers = {"ETag": f'"{_etag(data)}"', "X-Repo-Commit": COMMIT, **hub.extra_headers}
            if start:
                headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
            body = data[start:]
            if self.command == "GET" and name in hub.cut | hub.hold:
                hub.cut.discard(name)
                self.half(body, headers, hold=name in hub.hold)
            else:
                self.send(206 if start else 200, body, headers)

        def half(self, body: bytes, headers: dict[str, str], *, hold: bool) -> None:
            """Promise the whole, send half; then hang up, or wait until the client does."""
            self.head(200, len(body), headers)
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            self.close_connection = True
            if hold:
                hub.holding.set()
                self.connection.recv(1)

        def send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.head(status, len(body), headers)
            if self.command != "HEAD":
                self.wfile.write(body)

        def head(self, status: int, length: int, headers: dict[str, str]) -> None:
            self.send_response(status)
            for key, value in {"Content-Length": str(length), **headers}.items():
                self.send_header(key, value)
            self.end_headers()

    return Handler


def _file_of(path: str) -> str:
    """The file's name in its repository, of `/OWNER/NAME/resolve/REVISION/FILE`."""
    return path.split("/resolve/", 1)[1].split("/", 1)[1]


def _etag(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
