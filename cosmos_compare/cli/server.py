"""`cosmos-compare server NAME`: one model's servers from end to end, before anybody trusts their answers."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from cosmos_compare.cli.terminal import harmless, note, print_json
from cosmos_compare.errors import CompareError

if TYPE_CHECKING:
    from cosmos_compare.engines.base import Request
    from cosmos_compare.engines.local.prompt_ids import PromptCounter
    from cosmos_compare.engines.server.examination import OfLocal, ServerFinding
    from cosmos_compare.records.schema import ModelSpec

CASES: tuple[tuple[str, dict[str, float]], ...] = (
    ("driving", {}),
    ("risk", {"fps": 2.0, "start": 1.0}),
    ("timeline", {"max_frames": 2}),
)
SIGNS = {True: "✓", False: "✗", None: "·"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "name",
        metavar="NAME",
        help="a model of the list that is behind servers, or NAME=http://HOST:PORT/v1 "
        "(NAME=ENTRY@http://… for a name that is not in the list)",
    )
    parser.add_argument("--json", action="store_true", help="print what was found as JSON, and nothing else")


def run(args: argparse.Namespace) -> int:
    from cosmos_compare.catalogue.models import resolve_models

    (spec,) = resolve_models([args.name])
    if spec.server is None:
        raise CompareError(
            "{name} has its weights on this machine, and no address of a server.",
            "Give one: cosmos-compare server {name}=http://HOST:PORT/v1",
            name=spec.name,
            field="models",
        )
    found: dict[str, list[ServerFinding]] = {}
    with _local(spec) as local:
        for address in spec.server.addresses:
            found[address] = _examined(spec, address, local, quiet=args.json)
    if args.json:
        print_json({address: [asdict(finding) for finding in each] for address, each in found.items()})
    return int(any(finding.right is False for each in found.values() for finding in each))


def _examined(spec: ModelSpec, address: str, local: OfLocal | None, quiet: bool) -> list[ServerFinding]:
    from cosmos_compare.engines.server.examination import ServerFinding, examine

    if not quiet:
        print(address)
    found: list[ServerFinding] = []
    try:
        for finding in examine(spec, address, _requests(spec), _counter(spec), local):
            found.append(finding)
            if not quiet:
                print(harmless(f"  {SIGNS[finding.right]} {finding.what}: {finding.found}".replace("\n", "\n    ")))
    except CompareError as error:
        found.append(ServerFinding("refused", str(error), False))
        if not quiet:
            print(harmless(f"  {SIGNS[False]} {error}"))
    return found


def _requests(spec: ModelSpec) -> list[Request]:
    """Three requests about the first bundled scenario: whole, trimmed at another rate, and two frames."""
    from cosmos_compare.compare import plan_comparison
    from cosmos_compare.engines.base import Request, resolve_sampling
    from cosmos_compare.paths import SCENARIOS
    from cosmos_compare.prompts import load_prompt
    from cosmos_compare.records.schema import Settings
    from cosmos_compare.video.clips import scenario_of
    from cosmos_compare.video.frame_cache import FrameCache

    scenario, cache = scenario_of(SCENARIOS / "scenario_01"), FrameCache()
    requests = []
    for prompt, values in CASES:
        settings = Settings.model_validate(values)
        comparison = plan_comparison(scenario.video, load_prompt(Path(prompt)), settings, [spec], scenario.id)
        frames = cache.get(comparison.clip, settings, (spec,))
        sampling = resolve_sampling(spec, settings, reasoning=False)
        messages = comparison.messages(spec)
        requests.append(Request(messages, frames.for_model(spec), frames.times, frames.step, sampling))
    return requests


def _counter(spec: ModelSpec) -> PromptCounter | None:
    from cosmos_compare.catalogue.hub import small_files
    from cosmos_compare.engines.local.prompt_ids import PromptCounter

    folder = small_files(spec)
    return PromptCounter(folder, spec.vision) if folder else None


@contextmanager
def _local(spec: ModelSpec) -> Iterator[OfLocal | None]:
    """The local engine's logprobs, where its weights are on this machine and fit."""
    from cosmos_compare.catalogue.hub import local_folder
    from cosmos_compare.engines.load import load_engine

    assert spec.server is not None
    here = spec.model_copy(update={"source": spec.server.tokenizer, "server": None})
    if not spec.server.tokenizer or local_folder(here) is None:
        note("The weights are not on this machine, so logprobs are not compared with the local engine's.")
        yield None
        return
    engine = load_engine(here, lambda: None)
    from cosmos_compare.engines.local.first_logprobs import first_logprobs

    try:
        yield lambda request: first_logprobs(engine, request)  # type: ignore[arg-type]  # a local one, for it has no server
    finally:
        engine.close()
