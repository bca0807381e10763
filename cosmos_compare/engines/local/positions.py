"""Positions in time, height and width (M-RoPE), by the rule that each architecture was trained with.

They are worked out here and not by the library, whose rule for Qwen2.5-VL changed in 5.3: it starts the text behind a
video at the larger of height and width, where 4.57, 5.2 and vLLM start it behind all three axes. Cosmos-Reason1 was
published in the time of the older rule (`get_rope_index` in the library's modeling_qwen2_5_vl.py, 4.57).

Text counts one step a token on all three axes. A grid of visual tokens begins where the text has come to and counts
time, rows and columns from there; what follows begins one behind the largest of all of them. Qwen2.5-VL has one grid a
video, whose time runs at `tokens_per_second`; Qwen3-VL has one grid for each pair of frames, all at the same time, and
tells the time in words between them.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from cosmos_compare.engines.local.libraries import torch

VIDEO = 2  # in mm_token_type_ids

Grid = tuple[int, int, int]


def follow_own_rule(model: Any) -> None:
    """Make the library's own ways through `model` (plain `generate`, a forward pass) use the positions of here."""
    config = model.config  # not the model: it would know itself, and stay until the next collection

    def get_rope_index(
        input_ids: torch.Tensor,
        mm_token_type_ids: torch.Tensor,
        image_grid_thw: torch.Tensor | None = None,
        video_grid_thw: torch.Tensor | None = None,
        second_per_grid_ts: Any = None,
        **unused: Any,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        assert image_grid_thw is None and video_grid_thw is not None and len(input_ids) == 1
        known = prompt_positions(config, mm_token_type_ids, video_grid_thw, second_per_grid_ts)
        known = known.to(input_ids.device)
        return known, known.new_full((1, 1), answer_delta(known))

    model.model.get_rope_index = get_rope_index


def prompt_positions(config: Any, types: torch.Tensor, grid: torch.Tensor, seconds_per_grid: Any) -> torch.Tensor:
    """The positions (3, 1, tokens), on the CPU, of one prompt with one video.

    `types` (1, tokens) are 2 at visual tokens and 0 at text; `grid` (1, 3) is the video's size in patches: time,
    height, width; `seconds_per_grid` (1) the seconds of one step in time, for architectures whose positions know them.
    """
    merge = config.vision_config.spatial_merge_size
    time, height, width = (int(count) for count in grid[0])
    height, width = height // merge, width // merge
    if config.model_type == "qwen2_5_vl":
        grids, seconds = [(time, height, width)], float(seconds_per_grid[0])
        ticks = (torch.arange(time) * seconds * config.vision_config.tokens_per_second).long()
    else:
        grids, ticks = [(1, height, width)] * time, torch.zeros(1, dtype=torch.long)
    return _count(types[0].tolist(), iter(grids), ticks)


def continue_behind(prefix: torch.Tensor, tokens: int) -> torch.Tensor:
    """The positions (3, 1, tokens) of a whole prompt of so many tokens whose `prefix` ends with its video."""
    tail = torch.arange(tokens - prefix.shape[2]) + _next(prefix)
    return torch.cat([prefix, tail.expand(3, 1, -1)], dim=2)


def answer_delta(positions: torch.Tensor) -> int:
    """What an answer's tokens add to their place, counted from the start of the prompt, to get their position."""
    return int(positions.max()) + 1 - positions.shape[2]


def _count(types: list[int], grids: Iterator[Grid], ticks: torch.Tensor) -> torch.Tensor:
    parts: list[torch.Tensor] = []
    start = 0
    for kind, group in groupby(types):
        part = _grid(next(grids), ticks) if kind == VIDEO else torch.arange(len(list(group))).expand(3, -1)
        parts.append(part + start)
        start = _next(parts[-1])
    return torch.cat(parts, dim=1)[:, None]


def _grid(grid: Grid, ticks: torch.Tensor) -> torch.Tensor:
    """(3, time × height × width) from zero on each axis."""
    _, height, width = grid
    axes = torch.meshgrid(ticks, torch.arange(height), torch.arange(width), indexing="ij")
    return torch.stack(axes).flatten(1)


def _next(positions: torch.Tensor) -> int:
    """Where the token behind those of `positions` (3, …) goes on."""
    return int(positions.max()) + 1
