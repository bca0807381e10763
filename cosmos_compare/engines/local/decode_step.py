"""One token through a text model in six kernels a layer, where the library's own forward launches sixty.

Reads the weights of the model's modules where they are; keys and values go to the buffers that attention over fixed
keys uses. Position, token and logits are tensors, so one CUDA graph serves every length.
"""

import math
from typing import Any

from cosmos_compare.engines.local import kernels_decode as kernels
from cosmos_compare.engines.local.kv_cache_static import StaticKVCache
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.tiles import MAX_PARTS, Tile, power_of_two, tiles_for


class DecodeStep:
    """The logits behind a token. Raises `NotImplementedError` for a model that the kernels don't fit."""

    def __init__(self, model: Any, fixed: StaticKVCache, token: torch.Tensor, delta: torch.Tensor) -> None:
        """`token` (1, 1) and `delta` (1,), from place to position, are read at each call, as is `fixed.position`."""
        self.text, self.lm_head, self.fixed = model.model.language_model, model.lm_head, fixed
        self.token, self.delta = token, delta
        config = self.text.config
        attention = self.text.layers[0].self_attn
        self.size: int = attention.head_dim
        self.heads, self.groups = config.num_key_value_heads, attention.num_key_value_groups
        self.width, self.inner = config.hidden_size, config.intermediate_size
        self._check(config)
        device, kind = fixed.position.device, model.dtype
        queries = self.heads * self.groups

        def buffer(*shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
            return torch.zeros(shape, dtype=dtype, device=device)

        self.hidden = buffer(self.width)
        self.projected = buffer((queries + 2 * self.heads) * self.size)
        self.partials = buffer(queries, MAX_PARTS, self.size)
        self.row_max, self.row_sum = buffer(queries, MAX_PARTS), buffer(queries, MAX_PARTS)
        self.attended = buffer(queries * self.size, dtype=kind)
        self.inside = buffer(self.inner, dtype=kind)
        self.logits = buffer(1, self.lm_head.weight.shape[0])
        self.frequencies = self.text.rotary_emb.inv_freq.float().contiguous()
        self.tiles = tiles_for(self.width)
        self.can_start_early = device.type == "cuda" and torch.cuda.get_device_capability(device) >= (9, 0)

    def __call__(self) -> torch.Tensor:
        """Logits (1, vocabulary), float32, behind `token` at `fixed.position`; always the same tensor."""
        cols = 1024
        self._launch(
            kernels.embed, -(-self.width // cols), 4, self.token, self.text.embed_tokens.weight, self.hidden,
            K=self.width, COLS=cols,
        )  # fmt: skip
        for number, layer in enumerate(self.text.layers):
            self._attention(layer.self_attn, layer.input_layernorm, number)
            self._add(self.attended, layer.self_attn.o_proj, self.tiles.out)
            self._swiglu(layer.mlp, layer.post_attention_layernorm)
            self._add(self.inside, layer.mlp.down_proj, self.tiles.down)
        self._project(self.text.norm, [self.lm_head] * 3, self.logits, self.tiles.head)
        return self.logits

    def _attention(self, attention: Any, norm: Any, number: int) -> None:
        products = [attention.q_proj, attention.k_proj, attention.v_proj]
        self._project(norm, products, self.projected, self.tiles.project)
        normed = hasattr(attention, "q_norm")
        queries = attention.q_norm.weight if normed else self.hidden  # not read
        new_keys = attention.k_norm.weight if normed else self.hidden
        keys, values = self.fixed.layers[number]
        parts = self.tiles.parts
        self._launch(
            kernels.partial_attention, (self.heads, parts.number), 4, self.projected, queries, new_keys,
            self.frequencies,
            self.fixed.position, self.delta, keys, values, self.partials, self.row_max, self.row_sum,
            attention.q_norm.variance_epsilon if normed else 0.0, attention.scaling * math.log2(math.e), keys.shape[2],
            HEADS=self.heads, GROUP=self.groups, HALF=self.size // 2, NORMED=normed, SPLITS=parts.number,
            ROWS=max(16, power_of_two(self.groups)), BLOCK=parts.block,
        )  # fmt: skip
        self._launch(
            kernels.reduce_attention, self.heads * self.groups, 4, self.partials, self.row_max, self.row_sum,
            self.attended,
            SIZE=self.size, SPLITS=parts.number,
        )  # fmt: skip

    def _project(self, norm: Any, products: list[Any], output: torch.Tensor, shape: Tile) -> None:
        first, second, third = products
        rows, count = first.weight.shape[0], output.numel()
        biased = first.bias is not None
        biases = [product.bias if biased else self.hidden for product in products]
        self._launch(
            kernels.project, count // shape.rows, shape.warps, self.hidden, norm.weight,
            first.weight, second.weight, third.weight, *biases, output, norm.variance_epsilon,
            rows, rows + second.weight.shape[0], count,
            K=self.width, BIASED=biased, ROWS=shape.rows, COLS=shape.cols,
        )  # fmt: skip

    def _swiglu(self, mlp: Any, norm: Any) -> None:
        shape = self.tiles.swiglu
        self._launch(
            kernels.swiglu, self.inner // shape.rows, shape.warps, self.hidden, norm.weight,
            mlp.gate_proj.weight, mlp.up_proj.weight, self.inside, norm.variance_epsilon,
            K=self.width, ROWS=shape.rows, COLS=shape.cols,
        )  # fmt: skip

    def _add(self, vector: torch.Tensor, product: Any, shape: Tile) -> None:
        self._launch(
            kernels.add_product, self.width // shape.rows, shape.warps, vector, product.weight, self.hidden,
            K=vector.numel(), ROWS=shape.rows, COLS=shape.cols,
        )  # fmt: skip

    def _launch(self, kernel: Any, grid: int | tuple[int, int], warps: int, *args: Any, **constants: Any) -> None:
        early = self.can_start_early and self.tiles.early
        options = {"launch_pdl": True} if early else {}
        kernel[grid if isinstance(grid, tuple) else (grid,)](*args, **constants, NEXT=early, num_warps=warps, **options)

    def _check(self, config: Any) -> None:
        layer = self.text.layers[0]
        whole = all(count % 8 == 0 for count in (self.width, self.inner, self.lm_head.weight.shape[0]))
        plain = (
            config.hidden_act == "silu"
            and layer.self_attn.o_proj.bias is None
            and self.text.rotary_emb.attention_scaling == 1
            and all(kind == "full_attention" for kind in getattr(config, "layer_types", None) or ["full_attention"])
        )
        if not (whole and plain and self.size == power_of_two(self.size) >= 32):
            raise NotImplementedError("The kernels for one token don't fit this model.")
