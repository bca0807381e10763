"""Imports point down, inside `ui/` too; what should be light stays light; files and functions stay short."""

from __future__ import annotations

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from conftest import ROOT

PACKAGE = ROOT / "cosmos_compare"
HEAVY = ("torch", "torchvision", "transformers", "streamlit")
NOUNS = {"records", "errors", "paths", "yaml_io", "language", "html_text"}
# The row each module stands in; a module imports rows below its own.
ROWS = {
    **dict.fromkeys(sorted(NOUNS), 0),
    **dict.fromkeys(["machine", "video", "texts", "stats", "prompts"], 1),
    **dict.fromkeys(["catalogue", "runs", "hints"], 2),
    **dict.fromkeys(["ratings", "engines", "evidence", "effort"], 3),
    "results": 4,
    "imports": 4,
    "jobs": 4,
    "compare": 5,
    **dict.fromkeys(["batch", "board", "fairness"], 6),
    "studies": 7,
    "report": 8,
}


FACES = {"cli", "ui"}  # they may import every row
# Inside `ui/` a page knows what is shared, and no other page.
SHARED = "shared"


# Functions over 40 lines, each with the reason why it is not several.
_KERNEL = "one kernel: Triton has no cheap calls"
_STEPS = "reads as steps from top to bottom"
LONG_FUNCTIONS = {
    "cli/bench.py: _measure": _STEPS,
    "compare.py: _attempt": "one try, and what each kind of failure becomes",
    "demo/train.py: loop": _STEPS,
    "demo/training/samples.py: _row": _STEPS,
    "demo/words/answers_text.py: _text": "a branch a task",
    "demo/world/draw_vehicles.py: _car": "one drawing, body to wheels",
    "demo/world/judgement.py: risk_of": "a branch a kind of road user",
    "engines/local/kernels_attention.py: partial_attention": _KERNEL,
    "engines/local/kernels_attention.py: rotate_heads": _KERNEL,
    "engines/local/kernels_prefill.py: rotary_text": _KERNEL,
    "results/report.py: report": "one field a line",
    "ui/compare/page.py: show": _STEPS,
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
    assert here - {"__init__", "__main__", "demo"} - FACES == set(ROWS)


def modules() -> dict[str, Path]:
    """All modules of the package by dotted name; a package by its own."""
    paths = sorted(PACKAGE.rglob("*.py"))
    return {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in paths}


def imported_modules(path: Path, known: set[str]) -> set[str]:
    """Our modules that a file imports, also those for types only."""
    names = {name for name in imports_of(path) if name.startswith("cosmos_compare.")}
    return {name if name in known else name.rpartition(".")[0] for name in names} & known


def test_there_is_no_import_circle() -> None:
    known = modules()
    graph = {name: imported_modules(path, set(known)) - {name} for name, path in known.items()}
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


def test_a_page_knows_what_is_shared_and_no_other_page() -> None:
    for path in (PACKAGE / "ui").rglob("*.py"):
        own = path.relative_to(PACKAGE / "ui").parts[0]
        pages = {name.split(".")[2] for name in imports_of(path) if name.startswith("cosmos_compare.ui.")}
        assert pages <= {own, SHARED}, path


def test_files_stay_short() -> None:
    """When a file passes 300 lines, two nouns live in it."""
    folders = ("cosmos_compare", "tests", "benchmarks", "pages")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    assert not [path.name for path in files if len(path.read_text(encoding="utf-8").splitlines()) > 300]


def test_functions_stay_short() -> None:
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= 40:
                found.add(f"{path.relative_to(PACKAGE).as_posix()}: {node.name}")
    assert found == set(LONG_FUNCTIONS), "give a reason, or take the name out"


def drawn_rows() -> str:
    """The rows as docs/ARCHITECTURE.md draws them, from the faces down to the nouns."""
    rows = sorted(set(ROWS.values()), reverse=True)
    lines = [f"{'faces':>7}   {'  '.join(sorted(FACES))}  app.py  pages/"]
    lines += [f"{number:>7}   {'  '.join(sorted(name for name in ROWS if ROWS[name] == number))}" for number in rows]
    return "\n".join(lines)


def test_the_drawn_architecture_is_the_one_that_holds() -> None:
    text = (ROOT / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    shown = text.split("<!-- rows -->\n```\n")[1].split("\n```\n<!-- /rows -->")[0]
    assert shown == drawn_rows(), f"put this between the marks:\n{drawn_rows()}"


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
