"""What several tests share: real clips where they lie beside the checkout, small ones made here, tiny models."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import av
import numpy as np
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from cosmos_compare.engines.local.engine import LocalEngine
    from cosmos_compare.records.schema import ModelSpec

Thing = TypeVar("Thing")
ROOT = Path(__file__).resolve().parents[1]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser beside a server and two models on two cores may be late once; a real fault fails three times.

    What hung until its timeout is not run again: pytest-timeout's clock is set once for all runs of a test, and a
    second one that hangs would do so for ever."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=2, rerun_except="from pytest-timeout"))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Where the tests run in two processes, a file stays in one for its fixtures, and all that starts servers and
    browsers is in the same one: two of these at a time are too much for two cores."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return "servers" if "/ui/" in file or "test_server_vllm" in file else file

    return ByFile(config, log)


class Made(dict[str, Thing]):
    """Things by name, each made when it is asked for."""

    def __init__(self, make: Callable[[str], Thing]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, name: str) -> Thing:
        self[name] = self._make(name)
        return self[name]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real clips and broken videos beside the checkout; its tests skip where it is missing."""
    folder = ROOT.parent / "shared"
    if not (folder / "clips").is_dir():
        pytest.skip("needs ../shared (real clips and broken videos), which is not beside this checkout")
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium; each test has a `page` of its own."""
    from browser_support import chromium  # a GPU node that runs the engine's tests has no such package

    with chromium() as launched:
        yield launched


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    from browser_support import DESK, PATIENCE_MS

    context = browser.new_context(viewport=DESK)
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


@pytest.fixture(autouse=True)
def _private_outputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test writes into the project's own outputs or reads a model list of the machine's user."""
    monkeypatch.setenv("COSMOS_COMPARE_OUTPUTS", str(tmp_path / "outputs"))
    monkeypatch.setenv("COSMOS_COMPARE_MODELS", str(tmp_path / "no_models.yaml"))


def write_clip(path: Path, seconds: float = 2.0, fps: int = 16, size: tuple[int, int] = (160, 96)) -> Path:
    """A clip of a square that moves to the right, its colour changing with time; `size` is (width, height)."""
    width, height = size
    with av.open(path, "w") as container:
        stream = container.add_stream("libvpx-vp9" if path.suffix == ".webm" else "libx264", rate=fps)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        count = round(seconds * fps)
        for number in range(count):
            image = np.full((height, width, 3), 96, np.uint8)
            left = (width - 24) * number // max(count - 1, 1)
            image[height // 3 : height // 3 + 24, left : left + 24] = (250, 250 * number // count, 30)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode())
    return path


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of a moving square, 160×96 at 16 fps."""
    return write_clip(tmp_path_factory.mktemp("clip") / "square.webm")


@pytest.fixture(scope="session")
def scenarios(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of three scenarios."""
    root = tmp_path_factory.mktemp("scenarios")
    for number in range(3):
        (root / f"scene_{number}").mkdir()
        write_clip(root / f"scene_{number}" / "segment.webm", seconds=1 + number / 2)
    return root


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folders of the two tiny checkpoints, by name."""
    from cosmos_compare.demo.tiny import build

    return build(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def successors(tmp_path_factory: pytest.TempPathFactory) -> Made[Path]:
    """Folders of the tiny checkpoints of later architectures, by name, each made when it is asked for."""
    from cosmos_compare.demo.tiny_successors import build

    folder = tmp_path_factory.mktemp("successors")
    return Made(lambda name: build(folder, name))


@pytest.fixture(scope="session")
def tiny_flags(tiny: dict[str, Path]) -> list[str]:
    """The tiny checkpoints as the command line takes them."""
    return ["--models", *(f"{name}={folder}" for name, folder in tiny.items())]


@pytest.fixture(scope="session")
def specs(tiny: dict[str, Path], successors: Made[Path]) -> dict[str, ModelSpec]:
    """Both tiny models; a successor's when it is asked for."""
    from cosmos_compare.catalogue.models import resolve_models

    known = Made(lambda name: resolve_models([f"{name}={successors[name]}"])[0])
    known.update({spec.name: spec for spec in resolve_models([f"{name}={folder}" for name, folder in tiny.items()])})
    return known


@pytest.fixture(scope="session")
def engines(specs: dict[str, ModelSpec]) -> Iterator[dict[str, LocalEngine]]:
    """The tiny models, each loaded when it is asked for."""
    from cosmos_compare.engines.local.engine import LocalEngine

    loaded = Made(lambda name: LocalEngine(specs[name], Path(specs[name].source)))
    yield loaded
    for engine in loaded.values():
        engine.close()


@pytest.fixture
def engine(specs: dict[str, ModelSpec]) -> Iterator[LocalEngine]:
    """A tiny model of the test's own, whose parts it may exchange."""
    from cosmos_compare.engines.local.engine import LocalEngine

    spec = specs["reason2-tiny"]
    engine = LocalEngine(spec, Path(spec.source))
    yield engine
    engine.close()


@pytest.fixture
def small_app(tiny: dict[str, Path], scenarios: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The app on tiny models, small clips and an outputs folder of the test."""
    from app_support import set_up

    set_up(tiny, scenarios, tmp_path, monkeypatch)


@pytest.fixture
def pair(small_app: None) -> list[ModelSpec]:
    """The two models of that app."""
    from cosmos_compare.ui.shared import resources

    return resources.pinned(("reason1-demo", "reason2-demo"))


@pytest.fixture
def video(scenarios: Path) -> Path:
    """A clip of that app."""
    return scenarios / "scene_1" / "segment.webm"
