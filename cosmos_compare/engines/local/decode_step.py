"""One token of each of up to 16 answers through a text model in seven kernels a layer, where the library's own forward
launches sixty.

Reads the weights of the model's modules where they are; keys and values go to pages. Positions, tokens, pages and
logits are tensors, so one CUDA graph serves every length and every company.
"""

import math
from typing import Any

from cosmos_compare.engines.local import kernels_attention
from cosmos_compare.engines.local import kernels_decode as kernels
from cosmos_compare.engines.local.kv_pages import PAGE, PagePool
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.memory import upload
from cosmos_compare.engines.local.tiles import ROWS, Tile, Tiles, fitted, power_of_two, shared_memory, tiles_for

MOST_PAGES = 4096  # of one answer: 262,144 tokens
QUERY_ROWS = 64  # query heads of answers with common pages that a tensor core multiplies at once
SHARED_PARTS, OWN_PARTS = 24, 8  # of the keys of a head, each a program
PARTS = SHARED_PARTS + OWN_PARTS
PIECE = 16  # the narrowest piece of a row whose squares are summed by one program


class DecodeStep:
    """The logits behind a token of each answer. Raises `NotImplementedError` for a model that the kernels don't fit."""

    def __init__(self, model: Any, pool: PagePool, token: torch.Tensor) -> None:
        """`token` (ROWS,) int64 is read at each call, as are `position` (ROWS,) int32, the index of that token or -1
        where nobody is, `delta` (ROWS,) int32, from index to position, and `table` (ROWS, MOST_PAGES) int64."""
        self.text, self.lm_head, self.pool, self.token = model.model.language_model, model.lm_head, pool, token
        config, attention = self.text.config, self.text.layers[0].self_attn
        self.size: int = attention.head_dim
        self.heads, self.groups = config.num_key_value_heads, attention.num_key_value_groups
        self.width: int = config.hidden_size
        self.inner: int = config.intermediate_size
        self._check(config)
        self.device, kind = pool.device, model.dtype
        self.position = torch.full((ROWS,), -1, dtype=torch.int32, device=self.device)
        self.delta = torch.zeros_like(self.position)
        self.table = torch.zeros((ROWS, MOST_PAGES), dtype=torch.long, device=self.device)
        tiles = tiles_for(self.width)
        queries = self.heads * self.groups
        self.hidden = self._buffer(ROWS, self.width)
        self.x = self._buffer(ROWS, self.width, dtype=kind)
        self.projected = self._buffer(ROWS, (queries + 2 * self.heads) * self.size)
        self.queries = self._buffer(ROWS, queries, self.size, dtype=kind)
        self.members = torch.full((ROWS, ROWS), -1, dtype=torch.int32, device=self.device)
        self.prefix = torch.zeros_like(self.position)
        self.partials = self._buffer(ROWS, queries, PARTS, self.size)
        self.row_max = self._buffer(ROWS, queries, PARTS)
        self.row_sum = self._buffer(ROWS, queries, PARTS)
        self.attended = self._buffer(ROWS, queries * self.size, dtype=kind)
        self.inside = self._buffer(ROWS, self.inner, dtype=kind)
        self.logits = self._buffer(ROWS, self.lm_head.weight.shape[0])
        self.squares = self._buffer(ROWS * self.width // PIECE)
        self.frequencies = self.text.rotary_emb.inv_freq.float().contiguous()
        self.unused = self.hidden  # in the place of an argument that is not read
        capability = torch.cuda.get_device_capability(self.device) if self.device.type == "cuda" else (0, 0)
        self.can_start_early = capability >= (9, 0)
        self.use(tiles)

    def use(self, tiles: Tiles) -> None:
        """Divide the work so, as far as it fits this model and this card."""
        kind = self.x.dtype.itemsize
        room = shared_memory(self.device)
        heads = self.heads * self.size
        self.tiles = tiles._replace(
            project=fitted(tiles.project, math.gcd(self.groups * heads, heads), self.width, kind, room),
            swiglu=fitted(tiles.swiglu, self.inner, self.width, 2 * kind, room),
            out=fitted(tiles.out, self.width, self.groups * heads, kind, room),
            down=fitted(tiles.down, self.width, self.inner, kind, room),
            head=fitted(tiles.head, self.lm_head.weight.shape[0], self.width, kind, room),
        )
        self.pieces = max(divisor for divisor in (16, 32, 64, 128, 256, 512, 1024) if self.width % divisor == 0)

    def __call__(self, count: int) -> torch.Tensor:
        """Logits (ROWS, vocabulary), float32, behind the tokens of the first `count` rows; always the same tensor."""
        layers = list(self.text.layers)
        norms = [layer.input_layernorm for layer in layers[1:]] + [self.text.norm]
        parts = self._embed(layers[0].input_layernorm, count)
        for number, (layer, following) in enumerate(zip(layers, norms, strict=True)):
            self._attention(layer.self_attn, layer.input_layernorm, number, count, parts)
            parts = self._add(
                self.attended, layer.self_attn.o_proj, layer.post_attention_layernorm, count, self.tiles.out
            )
            self._swiglu(layer.mlp, layer.post_attention_layernorm, count, parts)
            parts = self._add(self.inside, layer.mlp.down_proj, following, count, self.tiles.down)
        self._project(self.text.norm, [self.lm_head] * 3, self.logits, count, parts, self.tiles.head)
        return self.logits

    def _embed(self, norm: Any, count: int) -> int:
        parts = self.width // self.pieces
        self._launch(
            kernels.embed, (parts, count), 4, 1, self.token, self.position, self.text.embed_tokens.weight,
            norm.weight, self.hidden, self.x, self.squares, count, K=self.width, PARTS=parts, BN=self.pieces,
        )  # fmt: skip
        return parts

    def _attention(self, attention: Any, norm: Any, number: int, count: int, parts: int) -> None:
        products = [attention.q_proj, attention.k_proj, attention.v_proj]
        self._project(norm, products, self.projected, count, parts, self.tiles.project)
        normed = hasattr(attention, "q_norm")
        layer = number * self.pool.layer_numbers
        self._launch(
            kernels_attention.rotate_heads, (count, self.heads * (self.groups + 1)), 1, 1, self.projected,
            attention.q_norm.weight if normed else self.unused, attention.k_norm.weight if normed else self.unused,
            self.frequencies, self.position, self.delta, self.pool.base, self.table, self.queries,
            attention.q_norm.variance_epsilon if normed else 0.0, attention.scaling * math.log2(math.e), layer,
            MOST_PAGES, HEADS=self.heads, GROUP=self.groups, HALF=self.size // 2, NORMED=normed, PAGE=PAGE,
        )  # fmt: skip
        self._launch(
            kernels_attention.partial_attention, (count, self.heads, PARTS), 4, 3, self.queries, self.position,
            self.prefix, self.members, self.pool.base, self.table, self.partials, self.row_max, self.row_sum, layer,
            MOST_PAGES,
            HEADS=self.heads, GROUP=self.groups, HALF=self.size // 2, SHARED=SHARED_PARTS, OWN=OWN_PARTS, MOST=ROWS,
            ROWS=QUERY_ROWS, PAGE=PAGE,
        )  # fmt: skip
        self._launch(
            kernels_attention.reduce_attention, (self.heads * self.groups, count), 4, 1, self.position, self.partials,
            self.row_max, self.row_sum, self.attended, SIZE=self.size, PARTS=PARTS,
        )  # fmt: skip

    def share(self, groups: list[list[int]], prefixes: dict[int, int]) -> None:
        """Say which rows have the first pages in common, each row in one group, and for how many tokens (`prefixes`,
        multiples of PAGE). On the stream of the steps."""
        fit = QUERY_ROWS // self.groups
        tiles = [group[first : first + fit] for group in groups for first in range(0, len(group), fit)]
        members = torch.full((ROWS, ROWS), -1, dtype=torch.int32)
        for tile, rows in zip(members, tiles, strict=False):
            tile[: len(rows)] = torch.tensor(rows, dtype=torch.int32)
        counts = torch.tensor([prefixes.get(row, 0) for row in range(ROWS)], dtype=torch.int32)
        self.members.copy_(upload(members, self.device))
        self.prefix.copy_(upload(counts, self.device))

    def _project(
        self, norm: Any, products: list[Any], output: torch.Tensor, count: int, parts: int, tile: Tile
    ) -> None:
        first, second, _ = products
        columns, total = first.weight.shape[0], output.shape[1]
        biased = first.bias is not None
        self._launch(
            kernels.project, (total // tile.n,), tile.warps, tile.stages, self.x, self.squares,
            *(product.weight for product in products),
            *(product.bias if biased else self.unused for product in products), output, norm.variance_epsilon,
            count, columns, columns + second.weight.shape[0], total,
            K=self.width, PARTS=parts, WIDE=power_of_two(parts), BIASED=biased, ROWS=ROWS, BN=tile.n, BK=tile.k,
        )  # fmt: skip

    def _swiglu(self, mlp: Any, norm: Any, count: int, parts: int) -> None:
        tile = self.tiles.swiglu
        self._launch(
            kernels.swiglu, (self.inner // tile.n,), tile.warps, tile.stages, self.x, self.squares,
            mlp.gate_proj.weight, mlp.up_proj.weight, self.inside, norm.variance_epsilon, count, self.inner,
            K=self.width, PARTS=parts, WIDE=power_of_two(parts), ROWS=ROWS, BN=tile.n, BK=tile.k,
        )  # fmt: skip

    def _add(self, inputs: torch.Tensor, product: Any, following: Any, count: int, tile: Tile) -> int:
        """The parts that the sums of squares are in."""
        parts = self.width // tile.n
        self._launch(
            kernels.add_product, (parts,), tile.warps, tile.stages, inputs, product.weight, self.hidden,
            following.weight, self.x, self.squares, count, self.width,
            K=inputs.shape[1], PARTS=parts, ROWS=ROWS, BN=tile.n, BK=tile.k,
        )  # fmt: skip
        return parts

    def _launch(
        self, kernel: Any, grid: tuple[int, ...], warps: int, stages: int, *args: Any, **constants: Any
    ) -> None:
        early = self.can_start_early and self.tiles.early
        options = {"launch_pdl": True} if early else {}
        kernel[grid](*args, **constants, NEXT=early, num_warps=warps, num_stages=stages, **options)

    def _buffer(self, *shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
        return torch.zeros(shape, dtype=dtype, device=self.device)

    def _check(self, config: Any) -> None:
        layer = self.text.layers[0]
        sizes = (self.width, self.inner, self.lm_head.weight.shape[0], self.heads * self.size)
        plain = (
            config.hidden_act == "silu"
            and layer.self_attn.o_proj.bias is None
            and self.text.rotary_emb.attention_scaling == 1
            and all(kind == "full_attention" for kind in getattr(config, "layer_types", None) or ["full_attention"])
        )
        whole = all(count % 16 == 0 for count in sizes)
        few = self.groups <= QUERY_ROWS
        if not (whole and plain and few and self.size == power_of_two(self.size) >= 32):
            raise NotImplementedError("The kernels for one token don't fit this model.")
