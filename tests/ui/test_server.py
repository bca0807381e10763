"""Who may talk to the server: its own pages, and origins that the user allowed. Real servers, spoken to by hand."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from browser_support import serve

PROXY = "https://cosmos.example.org"


@contextmanager
def recorder() -> Iterator[tuple[str, list[bytes]]]:
    """A proxy that takes down what is asked of it: the address for the environment, and what came."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def take() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return  # closed: the test is over
                with connection:
                    asked.append(connection.recv(1000))

        threading.Thread(target=take, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", asked
        listening.shutdown(socket.SHUT_RDWR)


@pytest.fixture(scope="module")
def lookups() -> Iterator[tuple[str, list[bytes]]]:
    with recorder() as found:
        yield found


@pytest.fixture(scope="module", params=["command", "streamlit run"])
def address(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, lookups: tuple[str, list[bytes]]
) -> Iterator[str]:
    """A server of each kind; nobody has opened a page yet."""
    folder = tmp_path_factory.mktemp("server")
    proxy = lookups[0]
    environment = {"HTTP_PROXY": proxy, "HTTPS_PROXY": proxy, "http_proxy": proxy, "https_proxy": proxy}
    environment |= {"NO_PROXY": "", "no_proxy": "", "COSMOS_COMPARE_OUTPUTS": str(folder / "outputs")}
    with serve(folder / "app.log", plain=request.param != "command", **environment) as served:
        yield served


@pytest.fixture(scope="module")
def behind_a_proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serve(tmp_path_factory.mktemp("proxy") / "app.log", "--origin", PROXY) as served:
        yield served


def handshake(address: str, host: str, origin: str | None) -> int:
    """Ask for a WebSocket as a browser does; returns the status. Raises `TimeoutError` where it has to wait."""
    server = urlsplit(address)
    headers = {"Host": host, "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
    headers["Sec-WebSocket-Key"] = "dGhlIHNhbXBsZSBub25jZQ=="
    if origin is not None:
        headers["Origin"] = origin
    connection = HTTPConnection(str(server.hostname), server.port or 80, timeout=30)
    connection.request("GET", "/_stcore/stream", headers=headers)
    status = connection.getresponse().status
    connection.close()
    return status


def get(address: str, path: str, **headers: str) -> tuple[int, str]:
    server = urlsplit(address)
    connection = HTTPConnection(str(server.hostname), server.port or 80, timeout=30)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    body = response.read().decode(errors="replace")
    connection.close()
    return response.status, body


def test_strangers_are_refused_at_once_and_nothing_is_looked_up(address: str, lookups: tuple[str, list[bytes]]) -> None:
    port = urlsplit(address).port
    here = f"127.0.0.1:{port}"
    strangers = [
        (here, "https://evil.example"),  # a foreign page
        (here, "http://127.0.0.1:9"),  # another port of this machine
        (here, "http://127.0.0.1"),
        (here, f"http://localhost:{port}"),  # another name of it is another origin
        (here, "null"),  # a page in a sandbox, or a file
        (here, f"http://127.0.0.1:{port}.evil.example"),
        (here, f"http://127.0.0.1:{port}@evil.example"),
        (here, "http://[broken"),
        (here, ""),
        (f"evil.example:{port}", f"http://evil.example:{port}"),  # a name that was rebound to this machine
        (f"192.168.1.7:{port}", f"http://192.168.1.7:{port}"),
        (f"evil.example:{port}", None),
        ("", f"http://127.0.0.1:{port}"),
    ]
    for host, origin in strangers:
        assert handshake(address, host, origin) in {400, 403}, (host, origin)
    assert lookups[1] == []


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_its_own_pages_and_programs_are_let_in(address: str, name: str) -> None:
    own = f"{name}:{urlsplit(address).port}"
    assert handshake(address, own, f"http://{own}") == 101
    assert handshake(address, own, None) == 101


def test_a_page_that_would_stay_empty_says_what_to_set(address: str) -> None:
    """Behind a proxy the page came, and its WebSocket was refused: empty for ever."""
    status, body = get(address, "/", Host="cosmos.example.org")
    assert status == 421
    assert "cosmos-compare app --origin http://cosmos.example.org" in body
    # A proxy may put the server's own name into the request; Streamlit's page shows what these two answer.
    for path in ("/_stcore/health", "/_stcore/host-config"):
        status, body = get(address, path, Referer=f"{PROXY}/rate?pair=1")
        assert status == 421
        assert f"--origin {PROXY}\n" in body
    assert get(address, "/_stcore/health")[0] == 200
    assert get(address, "/", Referer="https://search.example/")[0] == 200


def test_an_origin_that_the_user_allows_is_let_in(behind_a_proxy: str) -> None:
    port = urlsplit(behind_a_proxy).port
    assert handshake(behind_a_proxy, "cosmos.example.org", PROXY) == 101
    assert handshake(behind_a_proxy, f"127.0.0.1:{port}", PROXY) == 101
    assert handshake(behind_a_proxy, f"127.0.0.1:{port}", f"http://127.0.0.1:{port}") == 101
    assert handshake(behind_a_proxy, "cosmos.example.org", "https://evil.example") == 403
    assert handshake(behind_a_proxy, f"127.0.0.1:{port}", f"{PROXY}:8443") == 403
    assert get(behind_a_proxy, "/_stcore/health", Referer=f"{PROXY}/")[0] == 200
