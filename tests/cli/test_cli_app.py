"""`cosmos-compare app`: who can reach it, and what it calls."""

from __future__ import annotations

import argparse
import socket
import tomllib

import pytest
from conftest import ROOT

from cosmos_compare.cli import app, main


def flags(*words: str) -> list[str]:
    parser = argparse.ArgumentParser()
    app.add_arguments(parser)
    return app.command(parser.parse_args(list(words)))


def test_only_this_machine_can_reach_the_app_unless_asked_otherwise() -> None:
    assert "--server.address=127.0.0.1" in flags()
    assert "--browser.gatherUsageStats=false" in flags()
    assert "--browser.serverAddress=127.0.0.1" in flags("--host", "0.0.0.0")
    assert "--server.corsAllowedOrigins=https://a.example" in flags("--origin", "https://a.example/")


def test_streamlit_run_alone_is_as_careful() -> None:
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["server"]["address"] == "127.0.0.1"
    assert config["server"]["allowedHosts"] == ["localhost", "127.0.0.1", "[::1]"]
    assert config["browser"]["gatherUsageStats"] is False
    assert config["browser"]["serverAddress"] == "127.0.0.1"
    assert config["runner"]["postScriptGC"] is False


def test_a_port_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["app", "--port", "70000"]) == 2
    assert "--port is 70000" in capsys.readouterr().err


def test_a_port_that_is_taken_is_said_with_a_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["app", "--port", str(port)]) == 2
    said = capsys.readouterr().err
    assert f"Port {port} of 127.0.0.1 is in use" in said
    assert f"--port {port + 1}" in said


def test_an_address_that_is_not_of_this_machine_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["app", "--host", "192.0.2.1", "--port", "8599"]) == 2
    assert "--host 192.0.2.1 is no address of this machine" in capsys.readouterr().err


@pytest.mark.parametrize("origin", ["cosmos.example.org", "ftp://a.example", "https://a.example/path", "https://"])
def test_an_origin_that_is_none_is_refused(origin: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["app", "--origin", origin]) == 2
    assert "is no address of a server" in capsys.readouterr().err
