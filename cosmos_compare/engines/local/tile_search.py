"""The tiles of a card that nobody has measured: tried for some seconds at its first start, and kept for the card.

A card gets tiles that fit its shared memory in any case (`tiles.fitted`); which of them are fastest follows from its
memory and its number of processors, and is quicker tried than reasoned about. The pieces in which squares are summed
up (the columns of `out` and `down`) stay as they are: an answer's bits do not hang on a stopwatch.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.tiles import NARROW, ROWS, WIDE, Tile, Tiles
from cosmos_compare.machine.checks import KNOWN_CARDS
from cosmos_compare.paths import card_facts
from cosmos_compare.runs.disk import replace_file

SECONDS = 20.0  # after which no other tile is tried; most of it goes into compiling
FORM = 1  # of the search: another one measures anew
PLACE = 4000  # tokens before the one that is decoded while it is measured
PRODUCTS = ("project", "swiglu", "out", "down", "head")

Work = Callable[[], Any]


def fit_to_card(
    step: Any, name: str, milliseconds: Callable[[Work], float], closing: Callable[[], bool] = lambda: False
) -> None:
    """Have a `DecodeStep` use the tiles that are fastest on the card of this name: the known ones, those that were kept
    of its first start, or those that are measured now. `milliseconds` times some work on it."""
    if any(known in name for known in KNOWN_CARDS):
        return
    key = f"{name} · {step.width}×{step.inner} · {step.x.dtype} · torch {torch.__version__} · form {FORM}"
    kept = read_kept(card_facts())
    tiles = _tiles(kept.get(key), step.tiles)
    if tiles is None:
        deadline = time.monotonic() + SECONDS
        tiles = search(step, products(step), milliseconds, lambda: closing() or time.monotonic() > deadline)
        if closing():
            return
        with suppress(OSError):  # where nothing can be kept it is measured each time
            card_facts().parent.mkdir(parents=True, exist_ok=True)
            found = {product: list(getattr(tiles, product)) for product in PRODUCTS}
            replace_file(card_facts(), json.dumps(read_kept(card_facts()) | {key: found}).encode())
    step.use(tiles)


def search(step: Any, work: dict[str, Work], milliseconds: Callable[[Work], float], ends: Callable[[], bool]) -> Tiles:
    """The fastest tile of each product among those that are tried until `ends` says so; one is tried in any case."""
    best: Tiles = step.tiles
    position = step.position.clone()
    step.position[:ROWS] = PLACE
    try:
        for name, product in work.items():
            times: dict[Tile, float] = {}
            for candidate in _candidates(name, getattr(best, name)):
                if times and ends():
                    break
                step.use(_with(best, {name: candidate}))
                tile = getattr(step.tiles, name)  # made smaller where it does not fit
                if tile not in times:
                    with suppress(Exception):  # too much shared memory, say: then it is none for this card
                        times[tile] = milliseconds(product)
            if times:
                best = _with(best, {name: min(times, key=lambda tile: times[tile])})
    finally:
        step.use(best)
        step.position.copy_(position)
    return best


def products(step: Any) -> dict[str, Work]:
    """Each product of a step of all rows, through all layers."""
    layers, parts = list(step.text.layers), step.width // 32
    attention = [layer.self_attn for layer in layers]
    return {
        "project": lambda: [
            step._project(
                layer.input_layernorm, [a.q_proj, a.k_proj, a.v_proj], step.projected, ROWS, parts, step.tiles.project
            )
            for layer, a in zip(layers, attention, strict=True)
        ],
        "swiglu": lambda: [step._swiglu(each.mlp, each.post_attention_layernorm, ROWS, parts) for each in layers],
        "out": lambda: [step._add(step.attended, a.o_proj, step.text.norm, ROWS, step.tiles.out) for a in attention],
        "down": lambda: [
            step._add(step.inside, each.mlp.down_proj, step.text.norm, ROWS, step.tiles.down) for each in layers
        ],
        "head": lambda: step._project(step.text.norm, [step.lm_head] * 3, step.logits, ROWS, parts, step.tiles.head),
    }


def read_kept(path: Path) -> dict[str, Any]:
    """What was measured on cards before; nothing where the file is not there or not ours."""
    try:
        kept = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _candidates(name: str, now: Tile) -> Iterator[Tile]:
    """What fits now first, then those of cards that were measured, and some with less in shared memory."""
    yield now
    for known in (getattr(NARROW, name), getattr(WIDE, name), Tile(32, 256, 4, 3), Tile(32, 128, 4, 3)):
        for tile in (known, known._replace(stages=2)):
            yield tile._replace(n=now.n) if name in ("out", "down") else tile


def _with(tiles: Tiles, others: dict[str, Any]) -> Tiles:
    return tiles._replace(**others)


def _tiles(kept: Any, now: Tiles) -> Tiles | None:
    """Tiles from what a file holds; None where it does not hold those of all products."""
    if not isinstance(kept, dict) or set(kept) != set(PRODUCTS):
        return None
    numbers = kept.values()
    if not all(isinstance(n, list) and len(n) == 4 and all(type(i) is int and i > 0 for i in n) for n in numbers):
        return None
    return _with(now, {name: Tile(*kept[name]) for name in PRODUCTS})
