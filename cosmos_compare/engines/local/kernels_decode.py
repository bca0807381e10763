"""Triton kernels for one token of each of up to 16 answers: products at the speed of the memory. Sums are in float32,
whatever the weights are stored in. `kernels_attention` has the attention of the same step.

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
