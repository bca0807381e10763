"""Triton kernels for many tokens or patches at once: what stands between the products of a layer, one pass over the
memory each, where the library's own forward takes five to ten."""

import triton
import triton.language as tl


@triton.jit
def _halves(source, where, here, HALF: tl.constexpr, WIDE: tl.constexpr):
    """Rows of heads as two halves of (rows, WIDE) float32; WIDE is HALF or the power of two above it."""
    half = tl.arange(0, WIDE)
    there = here & (half[None, :] < HALF)
    one = tl.load(source + where + half[None, :], mask=there, other=0.0).to(tl.float32)
    other = tl.load(source + where + HALF + half[None, :], mask=there, other=0.0).to(tl.float32)
    return one, other


@triton.jit
def _put(target, where, here, one, other, HALF: tl.constexpr, WIDE: tl.constexpr):
    half = tl.arange(0, WIDE)
    there = here & (half[None, :] < HALF)
    tl.store(target + where + half[None, :], one.to(target.dtype.element_ty), mask=there)
    tl.store(target + where + HALF + half[None, :], other.to(target.dtype.element_ty), mask=there)


@triton.jit
def _normed(one, other, gain, eps, HALF: tl.constexpr):
    half = tl.arange(0, HALF)
    scale = tl.rsqrt((tl.sum(one * one, axis=1) + tl.sum(other * other, axis=1)) / (2 * HALF) + eps)[:, None]
    one = one * scale * tl.load(gain + half).to(tl.float32)[None, :]
    return one, other * scale * tl.load(gain + HALF + half).to(tl.float32)[None, :]


@triton.jit
def rotary_text(
    queries,
    new_keys,
    new_values,
    query_gain,
    key_gain,
    cos,
    sin,
    pages,
    table,
    eps,
    first,
    layer,
    HEADS: tl.constexpr,
    GROUP: tl.constexpr,
    HALF: tl.constexpr,
    PAGE: tl.constexpr,
    NORMED: tl.constexpr,
    QUERY_ROWS: tl.constexpr,
    KEY_ROWS: tl.constexpr,
):
    """Program n: rotate the heads of token n to its position, after their norms where the model has them.

    `queries` (tokens, HEADS GROUP, 2 HALF) and `new_keys` (tokens, HEADS, 2 HALF) stay in place; keys and
    `new_values` also go to place `first` + n of the sequence whose pages `table` names, at `layer` numbers from the
    start of a page: (2, HEADS, PAGE, 2 HALF). `cos` and `sin` are (tokens, 2 HALF).
    """
    token = tl.program_id(0).to(tl.int64)
    size: tl.constexpr = 2 * HALF
    half = tl.arange(0, HALF)
    c = tl.load(cos + token * size + half).to(tl.float32)[None, :]
    s = tl.load(sin + token * size + half).to(tl.float32)[None, :]
    rows = tl.arange(0, QUERY_ROWS)[:, None]
    here = rows < HEADS * GROUP
    where = (token * HEADS * GROUP + rows) * size
    one, other = _halves(queries, where, here, HALF, HALF)
    if NORMED:
        one, other = _normed(one, other, query_gain, eps, HALF)
    _put(queries, where, here, one * c - other * s, other * c + one * s, HALF, HALF)
    rows = tl.arange(0, KEY_ROWS)[:, None]
    here = rows < HEADS
    where = (token * HEADS + rows) * size
    one, other = _halves(new_keys, where, here, HALF, HALF)
    if NORMED:
        one, other = _normed(one, other, key_gain, eps, HALF)
    place = first + token
    target = tl.load(table + place // PAGE) + layer + (rows * PAGE + place % PAGE) * size
    key1 = one * c - other * s
    key2 = other * c + one * s
    _put(new_keys, where, here, key1, key2, HALF, HALF)
    _put(pages, target, here, key1, key2, HALF, HALF)
    one, other = _halves(new_values, where, here, HALF, HALF)
    _put(pages, target + HEADS * PAGE * size, here, one, other, HALF, HALF)


@triton.jit
def gather_pages(pages, table, keys, values, count, layer, HEADS: tl.constexpr, SIZE: tl.constexpr, PAGE: tl.constexpr):
    """`keys` and `values` (count, HEADS, SIZE): those of one layer, from the pages that `table` names. Program (p, h)
    does head h of page p."""
    page, head = tl.program_id(0).to(tl.int64), tl.program_id(1)
    token = tl.arange(0, PAGE)[:, None]
    wide = tl.arange(0, SIZE)[None, :]
    source = tl.load(table + page) + layer + (head * PAGE + token) * SIZE + wide
    place = page * PAGE + token
    target = (place * HEADS + head) * SIZE + wide
    there = place < count
    tl.store(keys + target, tl.load(pages + source, mask=there), mask=there)
    tl.store(values + target, tl.load(pages + source + HEADS * PAGE * SIZE, mask=there), mask=there)


@triton.jit
def rotary_patches(heads, cos, sin, HEADS: tl.constexpr, HALF: tl.constexpr, ROWS: tl.constexpr, WIDE: tl.constexpr):
    """Program n: turn queries and keys of patch n in place. `heads` (patches, 3, HEADS, 2 HALF): queries, keys,
    values; `cos` and `sin` (patches, 2 HALF) float32."""
    patch = tl.program_id(0).to(tl.int64)
    half = tl.arange(0, WIDE)
    c = tl.load(cos + patch * 2 * HALF + half, mask=half < HALF)[None, :]
    s = tl.load(sin + patch * 2 * HALF + half, mask=half < HALF)[None, :]
    rows = tl.arange(0, ROWS)[:, None]
    here = rows < 2 * HEADS
    where = (patch * 3 * HEADS + rows) * 2 * HALF
    one, other = _halves(heads, where, here, HALF, WIDE)
    _put(heads, where, here, one * c - other * s, other * c + one * s, HALF, WIDE)


@triton.jit
def swiglu_product(gate, up, count, BLOCK: tl.constexpr):
    """`gate` = silu(`gate`) × `up`, all of `count` numbers."""
    at = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    g = tl.load(gate + at, mask=at < count).to(tl.float32)
    u = tl.load(up + at, mask=at < count).to(tl.float32)
    tl.store(gate + at, (g * tl.sigmoid(g) * u).to(gate.dtype.element_ty), mask=at < count)
