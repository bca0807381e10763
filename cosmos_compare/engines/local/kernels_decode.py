"""Triton kernels for one token of a text model: products of a matrix with one vector at the speed of the memory, and
attention over keys at fixed addresses. Sums are in float32, whatever the weights are stored in.

All take `NEXT`: then a kernel starts while the one before it ends and asks for its first weights, which no kernel
writes, before it waits for what that one leaves (programmatic dependent launch; compute capability 9 and up).
"""

import triton
import triton.language as tl
from triton.language.extra.cuda import gdc_launch_dependents, gdc_wait


@triton.jit
def _tile(weights, rows, first, K: tl.constexpr, COLS: tl.constexpr):
    """Rows × COLS weights from column `first` on; zeros behind K."""
    columns = first + tl.arange(0, COLS)
    where = rows[:, None].to(tl.int64) * K + columns[None, :]
    if K % COLS == 0:
        return tl.load(weights + where, eviction_policy="evict_first").to(tl.float32)
    return tl.load(weights + where, mask=columns[None, :] < K, other=0.0, eviction_policy="evict_first").to(tl.float32)


@triton.jit
def _vector(source, first, K: tl.constexpr, COLS: tl.constexpr):
    columns = first + tl.arange(0, COLS)
    if K % COLS == 0:
        return tl.load(source + columns).to(tl.float32)
    return tl.load(source + columns, mask=columns < K, other=0.0).to(tl.float32)


@triton.jit
def embed(token, table, hidden, K: tl.constexpr, COLS: tl.constexpr, NEXT: tl.constexpr):
    """`hidden` (K,) float32 = the row of `table` (vocabulary, K) that `token` (1,) names."""
    if NEXT:
        gdc_launch_dependents()
        gdc_wait()
    columns = tl.program_id(0) * COLS + tl.arange(0, COLS)
    row = tl.load(table + tl.load(token) * K + columns, mask=columns < K)
    tl.store(hidden + columns, row.to(tl.float32), mask=columns < K)


@triton.jit
def project(
    hidden,
    gain,
    weights0,
    weights1,
    weights2,
    bias0,
    bias1,
    bias2,
    output,
    eps,
    N0,
    N1,
    N,
    K: tl.constexpr,
    BIASED: tl.constexpr,
    ROWS: tl.constexpr,
    COLS: tl.constexpr,
    NEXT: tl.constexpr,
):
    """`output` (N,) = up to three stacked matrices times RMSNorm(`hidden`) with `gain`, plus their biases.

    Rows below N0 are of `weights0`, from there below N1 of `weights1`, the rest of `weights2`; N0, N1 and N are
    multiples of ROWS.
    """
    if NEXT:
        gdc_launch_dependents()
    start = tl.program_id(0) * ROWS
    weights, bias, base = weights0, bias0, 0
    if start >= N1:
        weights, bias, base = weights2, bias2, N1
    elif start >= N0:
        weights, bias, base = weights1, bias1, N0
    rows = start - base + tl.arange(0, ROWS)
    tile = _tile(weights, rows, 0, K, COLS)
    if NEXT:
        gdc_wait()
    x = _vector(hidden, 0, K, COLS)
    squares = x * x
    sums = tile * (x * _vector(gain, 0, K, COLS))[None, :]
    for first in range(COLS, K, COLS):
        tile = _tile(weights, rows, first, K, COLS)
        x = _vector(hidden, first, K, COLS)
        squares += x * x
        sums += tile * (x * _vector(gain, first, K, COLS))[None, :]
    result = tl.sum(sums, axis=1) * tl.rsqrt(tl.sum(squares, axis=0) / K + eps)
    if BIASED:
        result += tl.load(bias + rows).to(tl.float32)
    tl.store(output + start + tl.arange(0, ROWS), result.to(output.dtype.element_ty))


@triton.jit
def swiglu(
    hidden,
    gain,
    gate,
    up,
    output,
    eps,
    K: tl.constexpr,
    ROWS: tl.constexpr,
    COLS: tl.constexpr,
    NEXT: tl.constexpr,
):
    """`output` (N,) = silu(`gate` · x) × (`up` · x) with x = RMSNorm(`hidden`) with `gain`."""
    if NEXT:
        gdc_launch_dependents()
    rows = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    gate_tile = _tile(gate, rows, 0, K, COLS)
    up_tile = _tile(up, rows, 0, K, COLS)
    if NEXT:
        gdc_wait()
    x = _vector(hidden, 0, K, COLS)
    squares = x * x
    x = x * _vector(gain, 0, K, COLS)
    gate_sums = gate_tile * x[None, :]
    up_sums = up_tile * x[None, :]
    for first in range(COLS, K, COLS):
        gate_tile = _tile(gate, rows, first, K, COLS)
        up_tile = _tile(up, rows, first, K, COLS)
        x = _vector(hidden, first, K, COLS)
        squares += x * x
        x = x * _vector(gain, first, K, COLS)
        gate_sums += gate_tile * x[None, :]
        up_sums += up_tile * x[None, :]
    scale = tl.rsqrt(tl.sum(squares, axis=0) / K + eps)
    g = tl.sum(gate_sums, axis=1) * scale
    result = g * tl.sigmoid(g) * tl.sum(up_sums, axis=1) * scale
    tl.store(output + rows, result.to(output.dtype.element_ty))


@triton.jit
def add_product(x, weights, hidden, K: tl.constexpr, ROWS: tl.constexpr, COLS: tl.constexpr, NEXT: tl.constexpr):
    """`hidden` (N,) float32 += `weights` (N, K) · `x` (K,)."""
    if NEXT:
        gdc_launch_dependents()
    rows = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    tile = _tile(weights, rows, 0, K, COLS)
    if NEXT:
        gdc_wait()
    sums = tile * _vector(x, 0, K, COLS)[None, :]
    for first in range(COLS, K, COLS):
        sums += _tile(weights, rows, first, K, COLS) * _vector(x, first, K, COLS)[None, :]
    tl.store(hidden + rows, tl.load(hidden + rows) + tl.sum(sums, axis=1))


@triton.jit
def _apply_rotary(source, gain, cos, sin, where, here, eps, NORMED: tl.constexpr, HALF: tl.constexpr):
    """Rows of heads, normed where the model does so and rotated to their position, as two halves of (rows, HALF)."""
    half = tl.arange(0, HALF)
    one = tl.load(source + where + half[None, :], mask=here, other=0.0)
    other = tl.load(source + where + HALF + half[None, :], mask=here, other=0.0)
    if NORMED:
        scale = tl.rsqrt((tl.sum(one * one, axis=1) + tl.sum(other * other, axis=1)) / (2 * HALF) + eps)[:, None]
        one = one * scale * tl.load(gain + half).to(tl.float32)[None, :]
        other = other * scale * tl.load(gain + HALF + half).to(tl.float32)[None, :]
    return one * cos[None, :] - other * sin[None, :], other * cos[None, :] + one * sin[None, :]


@triton.jit
def partial_attention(
    projected,
    query_gain,
    key_gain,
    frequencies,
    position,
    delta,
    keys,
    values,
    partials,
    row_max,
    row_sum,
    eps,
    scale,
    capacity,
    HEADS: tl.constexpr,
    GROUP: tl.constexpr,
    HALF: tl.constexpr,
    NORMED: tl.constexpr,
    SPLITS: tl.constexpr,
    ROWS: tl.constexpr,
    BLOCK: tl.constexpr,
    NEXT: tl.constexpr,
):
    """Attention of one token over a part of the keys, for the GROUP query heads that share a key head.

    `projected` (queries, keys, values of all heads) float32 comes from `project`; the new key and value are put at
    `position` of `keys` and `values` (HEADS, capacity, 2 HALF). Program (h, s) writes the part s of SPLITS of the key
    head h: sums of values `partials` (query heads, SPLITS, 2 HALF), `row_max` and sums of weights `row_sum` (query
    heads, SPLITS), all float32, to the base 2. ROWS is GROUP or more, 16 at least.
    """
    if NEXT:
        gdc_launch_dependents()
        gdc_wait()
    head, split = tl.program_id(0), tl.program_id(1)
    size: tl.constexpr = 2 * HALF
    half = tl.arange(0, HALF)
    wide = tl.arange(0, size)
    place = tl.load(position)
    angle = (place + tl.load(delta)).to(tl.float32) * tl.load(frequencies + half)
    cos, sin = tl.cos(angle), tl.sin(angle)
    filled = (place + 1).to(tl.int32)
    per = tl.cdiv(tl.cdiv(filled, SPLITS), BLOCK) * BLOCK
    start = split * per
    end = tl.minimum(start + per, filled)
    kind = keys.dtype.element_ty
    keys += head.to(tl.int64) * capacity * size
    values += head.to(tl.int64) * capacity * size
    if (start < filled) & (end == filled):
        # Only this program reads the new key.
        one = tl.arange(0, 1)[:, None]
        where = (HEADS * GROUP + head + one) * size
        key1, key2 = _apply_rotary(projected, key_gain, cos, sin, where, one < 1, eps, NORMED, HALF)
        new = tl.load(projected + (HEADS * GROUP + HEADS + head) * size + wide)
        tl.store(keys + place * size + one * size + half[None, :], key1.to(kind))
        tl.store(keys + place * size + one * size + HALF + half[None, :], key2.to(kind))
        tl.store(values + place * size + wide, new.to(kind))
    tl.debug_barrier()
    rows = tl.arange(0, ROWS)
    queries = head * GROUP + rows
    here = rows[:, None] < GROUP
    query1, query2 = _apply_rotary(projected, query_gain, cos, sin, queries[:, None] * size, here, eps, NORMED, HALF)
    query1, query2 = (query1 * scale).to(kind), (query2 * scale).to(kind)
    peak = tl.full((ROWS,), -1e30, tl.float32)
    total = tl.zeros((ROWS,), tl.float32)
    sums = tl.zeros((ROWS, size), tl.float32)
    for first in range(start, end, BLOCK):
        order = first + tl.arange(0, BLOCK)
        there = order[:, None] < end
        where = order[:, None] * size
        key1 = tl.load(keys + where + half[None, :], mask=there, other=0.0)
        key2 = tl.load(keys + where + HALF + half[None, :], mask=there, other=0.0)
        value = tl.load(values + where + wide[None, :], mask=there, other=0.0)
        scores = tl.dot(query1, tl.trans(key1), input_precision="ieee")
        scores = tl.dot(query2, tl.trans(key2), scores, input_precision="ieee")
        scores = tl.where((order < end)[None, :], scores, -1e30)
        higher = tl.maximum(peak, tl.max(scores, axis=1))
        weights = tl.exp2(scores - higher[:, None])
        faded = tl.exp2(peak - higher)
        total = total * faded + tl.sum(weights, axis=1)
        sums = tl.dot(weights.to(kind), value, sums * faded[:, None], input_precision="ieee")
        peak = higher
    # An empty part has a total of zero.
    at = queries * SPLITS + split
    tl.store(row_max + at, peak, mask=rows < GROUP)
    tl.store(row_sum + at, total, mask=rows < GROUP)
    tl.store(partials + at[:, None] * size + wide[None, :], sums, mask=here)


@triton.jit
def reduce_attention(partials, row_max, row_sum, output, SIZE: tl.constexpr, SPLITS: tl.constexpr, NEXT: tl.constexpr):
    """`output` (query heads, SIZE): the partials that `attend` left, put together; a program for each head."""
    if NEXT:
        gdc_launch_dependents()
        gdc_wait()
    head = tl.program_id(0)
    at = head * SPLITS + tl.arange(0, SPLITS)
    wide = tl.arange(0, SIZE)
    peak = tl.load(row_max + at)
    weight = tl.exp2(peak - tl.max(peak, axis=0))
    total = tl.sum(weight * tl.load(row_sum + at), axis=0)
    sums = tl.sum(weight[:, None] * tl.load(partials + at[:, None] * SIZE + wide[None, :]), axis=0)
    tl.store(output + head * SIZE + wide, (sums / total).to(output.dtype.element_ty))
