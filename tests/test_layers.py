"""Imports point down, and what should be light stays light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

PACKAGE = ROOT / "cosmos_compare"
HEAVY = ("torch", "torchvision", "transformers", "streamlit")
NOUNS = {"schema", "record", "ground_truth", "errors", "paths", "yaml_io", "setting_fields", "language", "version"}
# The row each module stands in; a module imports rows below its own.
ROWS = {
    **dict.fromkeys(NOUNS, 0),
    **dict.fromkeys(["machine", "video", "texts", "stats", "prompts"], 1),
    **dict.fromkeys(["catalogue", "runs", "hints"], 2),
    **dict.fromkeys(["ratings", "engines"], 3),
    "results": 4,
    "jobs": 4,
    "compare": 5,
    **dict.fromkeys(["batch", "board", "fairness"], 6),
    "studies": 7,
}


def imports_of(path: Path) -> set[str]:
    """Names of the modules that a file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def ours(path: Path) -> set[str]:
    """Modules right below the package that a file imports."""
    return {name.split(".")[1] for name in imports_of(path) if name.startswith("cosmos_compare.")}


@pytest.mark.parametrize("name", ROWS)
def test_imports_point_down(name: str) -> None:
    files = [PACKAGE / f"{name}.py"] if (PACKAGE / f"{name}.py").exists() else list((PACKAGE / name).rglob("*.py"))
    assert files, f"{name} is gone; take it out of ROWS"
    for path in files:
        for other in ours(path) - {name, "__version__"}:
            assert ROWS.get(other, 99) < ROWS[name] or (ROWS[name] == 0 and other in NOUNS), f"{path.name}: {other}"


def test_every_module_has_its_row() -> None:
    """A folder listing explains the program only while everything in it has a place."""
    here = {path.stem for path in PACKAGE.glob("*.py")} | {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert here - {"__init__", "__main__", "cli", "ui", "demo"} == set(ROWS)


def test_nothing_at_run_time_imports_the_demo_maker() -> None:
    users = [path for path in PACKAGE.rglob("*.py") if "demo" in ours(path)]
    assert all(path.is_relative_to(PACKAGE / "demo") for path in users), users


def test_statistics_and_reports_know_no_engine() -> None:
    for path in [file for folder in ("stats", "ratings", "results") for file in (PACKAGE / folder).glob("*.py")]:
        assert not ours(path) & {"engines", "jobs", "compare", "ui"}, path


def test_heavy_libraries_are_named_where_they_belong() -> None:
    for path in [*PACKAGE.rglob("*.py"), ROOT / "app.py", *(ROOT / "pages").glob("*.py")]:
        used = {name.split(".")[0] for name in imports_of(path)} & set(HEAVY)
        place = path.relative_to(ROOT).as_posix()
        if place.startswith(("cosmos_compare/engines/local/", "cosmos_compare/demo/")):
            continue
        allowed = {"streamlit"} if place.startswith(("cosmos_compare/ui/", "app.py", "pages/")) else set()
        assert used <= allowed, place


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["runs", "--json"], ["frames", "CLIP", "--json"]])
def test_light_commands_load_nothing_heavy(words: list[str], clip: Path) -> None:
    words = [str(clip) if word == "CLIP" else word for word in words]
    script = f"""
import sys
from cosmos_compare.cli import main
try:
    main({words!r})
except SystemExit:
    pass
print(sorted(set(sys.modules) & set({HEAVY!r})), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == "[]"
