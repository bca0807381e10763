"""The server's door: who may talk to the app, decided from the request alone, before Streamlit sees it.

A page of another origin (another port of this machine is one) must not drive the app, nor a name that its owner lets
point to this machine. Streamlit's own check ignores ports, and asks the internet for the address of this machine
before it refuses; what passed here comes to it as a request of its own host, so that it has nothing to look up.
"""

from __future__ import annotations

import socket
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import config

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}
MISDIRECTED = 421  # for other codes Streamlit's own page shows a text of its own, for this one it shows ours

Address = tuple[str, int]  # a host's name, lower case, and a port


class SameOrigin:
    """ASGI middleware that lets through what comes from the app's own pages, or from origins that the user allowed
    (`server.corsAllowedOrigins`). Programs that send no origin are let through: no web page can do that."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
        elif problem := refusal(Headers(scope=scope), scope["scheme"], scope["path"]):
            await _refuse(problem, scope, receive, send)
        else:
            await self.app(_as_own(scope), receive, send)


def refusal(headers: Headers, scheme: str, path: str = "/") -> str:
    """Why a request is not answered, and what the user may set; nothing when it may pass."""
    host = _address(f"//{headers.get('host', '')}", scheme)
    if host is None or not _is_own_name(host[0]):
        return _remedy(f"This server does not know the name {headers.get('host', '')!r:.200}.", headers, scheme)
    origin = headers.get("origin")
    if origin is None and "/_stcore/" in path:
        # A browser names no origin when it only reads; the page it reads for stands in the referrer.
        origin = headers.get("referer")
    if origin is None or _address(origin, "") == host or _origin(origin) in allowed_origins():
        return ""
    return _remedy(f"Pages of {origin!r:.200} may not use this server.", headers, scheme)


def allowed_origins() -> frozenset[tuple[str, Address]]:
    """What the user allows besides the server itself: scheme, host and port of each."""
    origins = (_origin(text) for text in config.get_option("server.corsAllowedOrigins"))
    return frozenset(origin for origin in origins if origin is not None)


def _is_own_name(name: str) -> bool:
    """Whether a request may name the server so. An address in numbers can't be rebound to another machine."""
    if name in LOOPBACK or name in {origin[1][0] for origin in allowed_origins()}:
        return True
    patterns = [text.strip().lower().strip("[]") for text in config.get_option("server.allowedHosts")]
    if any(name == one or one == "*" or (one.startswith("*.") and name.endswith(one[1:])) for one in patterns):
        return True
    is_open = (config.get_option("server.address") or "").strip("[]") not in LOOPBACK
    return is_open and (_is_number(name) or name == socket.gethostname().lower())


def _is_number(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _address(url: str, scheme: str) -> Address | None:
    """Host and port of a URL, the scheme's own port where it names none."""
    try:
        parts = urlsplit(url)
        name, port = parts.hostname, parts.port
    except ValueError:
        return None
    usual = PORTS.get(parts.scheme or scheme)
    if not name or (port is None and usual is None):
        return None
    return name.rstrip("."), port or usual or 0


def _origin(url: str) -> tuple[str, Address] | None:
    address = _address(url.strip(), "")
    return None if address is None else (urlsplit(url.strip()).scheme, address)


def _remedy(problem: str, headers: Headers, scheme: str) -> str:
    own = headers.get("origin") or headers.get("referer") or f"{scheme.replace('ws', 'http')}://{headers.get('host')}"
    asked = "ADDRESS"
    if _origin(own) is not None:
        parts = urlsplit(own)
        asked = f"{parts.scheme}://{parts.netloc}"[:200]
    return (
        f"{problem}\nIf this is your own proxy or your own name for this machine, stop the app and start it with\n"
        f"    cosmos-compare app --origin {asked}\n"
        f"or, with Streamlit alone,\n    streamlit run app.py --server.corsAllowedOrigins {asked}\n"
    )


async def _refuse(problem: str, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        await PlainTextResponse(problem, MISDIRECTED)(scope, receive, send)
        return
    await receive()
    await send({"type": "websocket.close", "code": 1008, "reason": "other origin"})


def _as_own(scope: Scope) -> Scope:
    """The request as one of the server's own host: Streamlit's check then neither refuses nor looks anything up."""
    own: dict[str, Any] = {**scope, "headers": list(scope["headers"])}
    headers = MutableHeaders(scope=own)
    del headers["origin"]
    if scope["type"] == "websocket":
        headers["host"] = "127.0.0.1"
    return own


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Open a browser once the app is up, where one was asked for (`--open`)."""
    if not config.get_option("server.headless"):
        webbrowser.open(f"http://127.0.0.1:{config.get_option('server.port')}")
    yield


MIDDLEWARE = [Middleware(SameOrigin)]
