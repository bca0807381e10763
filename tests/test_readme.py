"""The README says what the program does."""

from __future__ import annotations

import os
import re
import shlex

import pytest
from conftest import ROOT

from cosmos_compare.cli import COMMANDS, build_parser

README = (ROOT / "README.md").read_text(encoding="utf-8")
SHOWN = [
    line.split("#")[0].strip()
    for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
]


@pytest.mark.parametrize("line", [line for line in SHOWN if line.startswith("cosmos-compare")])
def test_every_command_shown_is_one_the_program_takes(line: str) -> None:
    words = shlex.split(line)[1:]
    assert build_parser(words[0]).parse_args(words).command == words[0]


def test_the_set_up_is_the_two_commands() -> None:
    assert SHOWN[:2] == ["python3 start.py", "python3 start.py test"]
    assert "python3 start.py test" in (ROOT / ".ci" / "run").read_text()


def test_the_help_shown_is_the_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compared word by word: Python versions break the lines differently."""
    monkeypatch.setenv("COLUMNS", "100")
    shown = re.search(r"<!-- help -->\n```\n(.*?)```\n<!-- /help -->", README, re.DOTALL)
    assert shown
    assert shown[1].split() == build_parser(None).format_help().split()


def test_every_command_has_its_module() -> None:
    for name in COMMANDS:
        assert build_parser(name).parse_args is not None


def test_every_file_named_exists() -> None:
    for name in re.findall(r"`((?:data|docs|prompts|cosmos_compare)/[\w./]+)`|\((docs/[\w./]+)\)", README):
        assert (ROOT / (name[0] or name[1])).exists(), name


def shown_help() -> dict[str, str]:
    """The help of each command as docs/COMMANDS.md shows it."""
    text = (ROOT / "docs" / "COMMANDS.md").read_text(encoding="utf-8")
    return dict(re.findall(r"## `cosmos-compare ([\w-]+)`\n\n```\n(.*?)\n```", text, re.DOTALL))


def help_of(name: str) -> str:
    """What `cosmos-compare NAME --help` prints."""
    parser = build_parser(name)
    commands = next(action for action in parser._actions if action.dest == "command")
    assert isinstance(commands.choices, dict)
    return str(commands.choices[name].format_help())


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_every_command_is_in_the_docs(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`python tests/test_readme.py` writes the page again."""
    monkeypatch.setenv("COLUMNS", "100")
    for variable in ("HOME", "OUTPUTS", "MODELS", "SCENARIOS"):
        monkeypatch.delenv(f"COSMOS_COMPARE_{variable}", raising=False)
    assert shown_help()[name].split() == help_of(name).split()


def write_commands() -> None:
    """docs/COMMANDS.md anew."""
    os.environ["COLUMNS"] = "100"
    parts = [f"## `cosmos-compare {name}`\n\n```\n{help_of(name).rstrip()}\n```\n" for name in COMMANDS]
    (ROOT / "docs" / "COMMANDS.md").write_text("# Commands\n\n" + "\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    write_commands()
