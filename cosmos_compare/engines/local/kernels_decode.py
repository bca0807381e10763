"""Triton kernels for one token of each of up to 16 answers: products at the speed of the memory, and attention over
keys in pages. Sums are in float32, whatever the weights are stored in.

No number of one row depends on another row: rows are padded to ROWS, what a tensor core multiplies at once, and the
sums of a row are added up in the same order whatever the number of rows. So an answer has the same bits in any company.

All take `NEXT`: then a kernel starts while the one before it ends and asks for its first weights, which no kernel
writes, before it waits for what that one leaves (programmatic dependent launch; compute capability 9 and up).
"""

import triton
import triton.language as tl
from triton.language.extra.cuda import gdc_launch_dependents, gdc_wait


@triton.jit
def _weights(weights, rows, first, K: tl.constexpr, BK: tl.constexpr):
    """A tile (rows, BK) of a matrix (…, K), from column `first` on; BK divides K."""
    where = rows[:, None].to(tl.int64) * K + first + tl.arange(0, BK)[None, :]
    return tl.load(weights + where, eviction_policy="evict_first")


@triton.jit
def _inputs(x, count, first, K: tl.constexpr, BK: tl.constexpr, ROWS: tl.constexpr):
    """Columns of the `count` rows of `x`, padded with zeros to (ROWS, BK)."""
    row = tl.arange(0, ROWS)[:, None]
    return tl.load(x + row * K + first + tl.arange(0, BK)[None, :], mask=row < count, other=0.0)


@triton.jit
def _rms(squares, count, eps, K: tl.constexpr, PARTS: tl.constexpr, WIDE: tl.constexpr, ROWS: tl.constexpr):
    """1 / RMS of each row, (ROWS,), from the sums of squares (ROWS, PARTS) of its pieces."""
    row, part = tl.arange(0, ROWS)[:, None], tl.arange(0, WIDE)[None, :]
    pieces = tl.load(squares + row * PARTS + part, mask=(row < count) & (part < PARTS), other=0.0)
    return tl.rsqrt(tl.sum(pieces, axis=1) / K + eps)


@triton.jit(do_not_specialize=["count"])
def embed(
    tokens, position, table, gain, hidden, x, squares, count, K: tl.constexpr, PARTS: tl.constexpr, BN: tl.constexpr,
    NEXT: tl.constexpr,
):  # fmt: skip
    """Row n of `hidden` (rows, K) float32 = the row of `table` (vocabulary, K) that token n names; zeros where nobody
    is (`position` below 0). Also `x` = `hidden` × `gain`, and `squares` (rows, PARTS), the sums of squares of BN
    numbers. Program (p, n) does piece p of row n."""
    if NEXT:
        gdc_launch_dependents()
        gdc_wait()
    piece, row = tl.program_id(0), tl.program_id(1)
    columns = piece * BN + tl.arange(0, BN)
    there = tl.load(position + row) >= 0
    token = tl.load(tokens + row)
    values = tl.load(table + token * K + columns, mask=there & (columns < K), other=0.0).to(tl.float32)
    weight = tl.load(gain + columns).to(tl.float32)
    tl.store(hidden + row * K + columns, values)
    tl.store(x + row * K + columns, (values * weight).to(x.dtype.element_ty))
    tl.store(squares + row * PARTS + piece, tl.sum(values * values, axis=0))


@triton.jit(do_not_specialize=["count"])
def project(
    x, squares, weights0, weights1, weights2, bias0, bias1, bias2, output, eps, count, N0, N1, N,
    K: tl.constexpr, PARTS: tl.constexpr, WIDE: tl.constexpr, BIASED: tl.constexpr, ROWS: tl.constexpr,
    BN: tl.constexpr, BK: tl.constexpr, NEXT: tl.constexpr,
):  # fmt: skip
    """`output` (rows, N) float32 = up to three stacked matrices times the normed rows, plus their biases.

    Columns below N0 are of `weights0`, from there below N1 of `weights1`, the rest of `weights2`; all three are
    multiples of BN. `x` is not yet divided by the root of the mean of `squares`.
    """
    if NEXT:
        gdc_launch_dependents()
    start = tl.program_id(0) * BN
    weights, bias, base = weights0, bias0, 0
    if start >= N1:
        weights, bias, base = weights2, bias2, N1
    elif start >= N0:
        weights, bias, base = weights1, bias1, N0
    rows = start - base + tl.arange(0, BN)
    tile = _weights(weights, rows, 0, K, BK)
    if NEXT:
        gdc_wait()
    sums = tl.dot(_inputs(x, count, 0, K, BK, ROWS), tl.trans(tile), input_precision="ieee")
    for first in range(BK, K, BK):
        tile = _weights(weights, rows, first, K, BK)
        sums = tl.dot(_inputs(x, count, first, K, BK, ROWS), tl.trans(tile), sums, input_precision="ieee")
    result = sums * _rms(squares, count, eps, K, PARTS, WIDE, ROWS)[:, None]
    if BIASED:
        result += tl.load(bias + rows).to(tl.float32)[None, :]
    row = tl.arange(0, ROWS)[:, None]
    tl.store(output + row * N + start + tl.arange(0, BN)[None, :], result, mask=row < count)


@triton.jit(do_not_specialize=["count"])
def swiglu(
    x, squares, gate, up, output, eps, count, N,
    K: tl.constexpr, PARTS: tl.constexpr, WIDE: tl.constexpr, ROWS: tl.constexpr, BN: tl.constexpr, BK: tl.constexpr,
    NEXT: tl.constexpr,
):  # fmt: skip
    """`output` (rows, N) = silu(`gate` · normed) × (`up` · normed)."""
    if NEXT:
        gdc_launch_dependents()
    start = tl.program_id(0) * BN
    rows = start + tl.arange(0, BN)
    gate_tile = _weights(gate, rows, 0, K, BK)
    up_tile = _weights(up, rows, 0, K, BK)
    if NEXT:
        gdc_wait()
    inputs = _inputs(x, count, 0, K, BK, ROWS)
    gates = tl.dot(inputs, tl.trans(gate_tile), input_precision="ieee")
    ups = tl.dot(inputs, tl.trans(up_tile), input_precision="ieee")
    for first in range(BK, K, BK):
        gate_tile = _weights(gate, rows, first, K, BK)
        up_tile = _weights(up, rows, first, K, BK)
        inputs = _inputs(x, count, first, K, BK, ROWS)
        gates = tl.dot(inputs, tl.trans(gate_tile), gates, input_precision="ieee")
        ups = tl.dot(inputs, tl.trans(up_tile), ups, input_precision="ieee")
    scale = _rms(squares, count, eps, K, PARTS, WIDE, ROWS)[:, None]
    g = gates * scale
    result = g * tl.sigmoid(g) * ups * scale
    row = tl.arange(0, ROWS)[:, None]
    where = row * N + start + tl.arange(0, BN)[None, :]
    tl.store(output + where, result.to(output.dtype.element_ty), mask=row < count)


@triton.jit(do_not_specialize=["count"])
def add_product(
    inputs, weights, hidden, gain, x, squares, count, N,
    K: tl.constexpr, PARTS: tl.constexpr, ROWS: tl.constexpr, BN: tl.constexpr, BK: tl.constexpr, NEXT: tl.constexpr,
):  # fmt: skip
    """`hidden` (rows, N) float32 += `inputs` (rows, K) · `weights` (N, K)ᵀ; then `x` = `hidden` × `gain` of the next
    norm, and `squares` (rows, PARTS), the sums of squares of BN numbers."""
    if NEXT:
        gdc_launch_dependents()
    piece = tl.program_id(0)
    rows = piece * BN + tl.arange(0, BN)
    tile = _weights(weights, rows, 0, K, BK)
    if NEXT:
        gdc_wait()
    sums = tl.dot(_inputs(inputs, count, 0, K, BK, ROWS), tl.trans(tile), input_precision="ieee")
    for first in range(BK, K, BK):
        tile = _weights(weights, rows, first, K, BK)
        sums = tl.dot(_inputs(inputs, count, first, K, BK, ROWS), tl.trans(tile), sums, input_precision="ieee")
    row = tl.arange(0, ROWS)
    there = row[:, None] < count
    where = row[:, None] * N + rows[None, :]
    values = tl.load(hidden + where, mask=there, other=0.0) + sums
    weight = tl.load(gain + rows).to(tl.float32)[None, :]
    tl.store(hidden + where, values, mask=there)
    tl.store(x + where, (values * weight).to(x.dtype.element_ty), mask=there)
    tl.store(squares + row * PARTS + piece, tl.sum(values * values, axis=1), mask=row < count)


@triton.jit
def _rotated(source, gain, cos, sin, where, here, eps, NORMED: tl.constexpr, HALF: tl.constexpr):
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
    projected, query_gain, key_gain, frequencies, position, delta, pages, table, partials, row_max, row_sum, eps,
    scale, layer, pages_of_one,
    HEADS: tl.constexpr, GROUP: tl.constexpr, HALF: tl.constexpr, NORMED: tl.constexpr, SPLITS: tl.constexpr,
    ROWS: tl.constexpr, PAGE: tl.constexpr, NEXT: tl.constexpr,
):  # fmt: skip
    """Attention of one answer's token over a part of its keys, for the GROUP query heads that share a key head.

    Row n of `projected` (queries, keys, values of all heads) float32 comes from `project`; its new key and value are
    put at `position` n of the pages that row n of `table` (answers, pages_of_one) names, at `layer` numbers from the
    start of a page: (2, HEADS, PAGE, 2 HALF). Program (n, h, s) writes part s of SPLITS of key head h: sums of values
    `partials` (answers, query heads, SPLITS, 2 HALF), `row_max` and sums of weights `row_sum` (answers, query heads,
    SPLITS), all float32, to the base 2. ROWS is GROUP or more, 16 at least. The parts depend on nothing but the number
    of this answer's tokens. Answers with common pages lie side by side, so that the second level of the cache serves
    all but the first.
    """
    if NEXT:
        gdc_launch_dependents()
        gdc_wait()
    answer, head, split = tl.program_id(0).to(tl.int64), tl.program_id(1), tl.program_id(2)
    place = tl.load(position + answer)
    filled = place + 1
    per = tl.cdiv(tl.cdiv(filled, SPLITS), PAGE) * PAGE
    start = split * per
    size: tl.constexpr = 2 * HALF
    rows = tl.arange(0, ROWS)
    queries = head * GROUP + rows
    at = (answer * HEADS * GROUP + queries) * SPLITS + split
    if start >= filled:  # also where nobody is: `place` is below 0
        tl.store(row_max + at, tl.full((ROWS,), -1e30, tl.float32), mask=rows < GROUP)
        tl.store(row_sum + at, tl.zeros((ROWS,), tl.float32), mask=rows < GROUP)
    else:
        end = tl.minimum(start + per, filled)
        half = tl.arange(0, HALF)
        wide = tl.arange(0, size)
        projected += answer * HEADS * (GROUP + 2) * size
        table += answer * pages_of_one
        angle = (place + tl.load(delta + answer)).to(tl.float32) * tl.load(frequencies + half)
        cos, sin = tl.cos(angle), tl.sin(angle)
        kind = pages.dtype.element_ty
        keys = pages + layer + head * PAGE * size
        values = keys + HEADS * PAGE * size
        if end == filled:
            # Only this program reads the new key.
            one = tl.arange(0, 1)[:, None]
            where = (HEADS * GROUP + head + one) * size
            key1, key2 = _rotated(projected, key_gain, cos, sin, where, one < 1, eps, NORMED, HALF)
            new = tl.load(projected + (HEADS * GROUP + HEADS + head) * size + wide)
            target = tl.load(table + place // PAGE) + (place % PAGE) * size
            tl.store(keys + target + one * size + half[None, :], key1.to(kind))
            tl.store(keys + target + one * size + HALF + half[None, :], key2.to(kind))
            tl.store(values + target + wide, new.to(kind))
        tl.debug_barrier()
        here = rows[:, None] < GROUP
        query1, query2 = _rotated(projected, query_gain, cos, sin, queries[:, None] * size, here, eps, NORMED, HALF)
        query1, query2 = (query1 * scale).to(kind), (query2 * scale).to(kind)
        peak = tl.full((ROWS,), -1e30, tl.float32)
        total = tl.zeros((ROWS,), tl.float32)
        sums = tl.zeros((ROWS, size), tl.float32)
        for first in range(start, end, PAGE):
            page = tl.load(table + first // PAGE)
            order = first + tl.arange(0, PAGE)
            there = order[:, None] < end
            where = page + tl.arange(0, PAGE)[:, None] * size
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
        tl.store(row_max + at, peak, mask=rows < GROUP)
        tl.store(row_sum + at, total, mask=rows < GROUP)
        tl.store(partials + at[:, None] * size + wide[None, :], sums, mask=here)


@triton.jit
def reduce_attention(
    position, partials, row_max, row_sum, output, SIZE: tl.constexpr, SPLITS: tl.constexpr, NEXT: tl.constexpr
):
    """`output` (answers, query heads, SIZE): the parts that `partial_attention` left, put together; program (h, n) does
    a head of an answer. Zeros where nobody is."""
    if NEXT:
        gdc_launch_dependents()
        gdc_wait()
    answer = tl.program_id(1)
    head = answer * tl.num_programs(0) + tl.program_id(0)
    at = head * SPLITS + tl.arange(0, SPLITS)
    wide = tl.arange(0, SIZE)
    there = tl.load(position + answer) >= 0
    peak = tl.load(row_max + at)
    weight = tl.exp2(peak - tl.max(peak, axis=0))
    sums = tl.load(row_sum + at)
    total = tl.sum(weight * sums, axis=0)
    # An empty part was not written.
    part = tl.load(partials + at[:, None] * SIZE + wide[None, :], mask=(sums > 0)[:, None] & there, other=0.0)
    result = tl.where(there, tl.sum(weight[:, None] * part, axis=0) / total, 0.0)
    tl.store(output + head * SIZE + wide, result.to(output.dtype.element_ty))
