"""`cosmos-compare app`: who can reach it, and what it calls."""

from __future__ import annotations

import argparse
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
    assert not [flag for flag in flags() if "allowedHosts" in flag]
    assert "--server.allowedHosts=*" in flags("--host", "0.0.0.0")


def test_streamlit_run_alone_is_as_careful() -> None:
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["server"]["address"] == "127.0.0.1"
    assert config["server"]["allowedHosts"] == ["localhost", "127.0.0.1", "[::1]"]
    assert config["browser"]["gatherUsageStats"] is False
    assert config["runner"]["postScriptGC"] is False


def test_a_port_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["app", "--port", "70000"]) == 2
    assert "--port is 70000" in capsys.readouterr().err
