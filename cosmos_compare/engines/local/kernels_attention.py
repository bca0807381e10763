"""Triton kernels of attention for one token of each of up to 16 answers, over keys and values in pages.

As in `kernels_decode`: sums in float32, no number of one answer depends on another, and `NEXT` is programmatic
dependent launch.
"""

import triton
import triton.language as tl
from triton.language.extra.cuda import gdc_launch_dependents, gdc_wait


@triton.jit
def rotate_heads(
    projected, query_gain, key_gain, frequencies, position, delta, pages, table, queries, eps, scale, layer,
    pages_of_one,
    HEADS: tl.constexpr, GROUP: tl.constexpr, HALF: tl.constexpr, NORMED: tl.constexpr, PAGE: tl.constexpr,
    NEXT: tl.constexpr,
):  # fmt: skip
    """Norm the heads of each answer's token where the model does so, and rotate them to its position.

    Row n of `projected` (queries, keys, values of all heads) float32 comes from `project`. `queries` (answers, HEADS
    GROUP, 2 HALF) are multiplied by `scale`; key and value are put at `position` n of the pages that row n of `table`
    (answers, pages_of_one) names, at `layer` numbers from the start of a page: (2, HEADS, PAGE, 2 HALF). Program (n, h)
    does head h of answer n, query heads first, then key heads.
    """
    if NEXT:
        gdc_launch_dependents()
    answer, head = tl.program_id(0).to(tl.int64), tl.program_id(1)
    size: tl.constexpr = 2 * HALF
    half = tl.arange(0, HALF)
    place = tl.load(position + answer)
    angle = (place + tl.load(delta + answer)).to(tl.float32) * tl.load(frequencies + half)
    cos, sin = tl.cos(angle), tl.sin(angle)
    page = tl.load(table + answer * pages_of_one + tl.maximum(place, 0) // PAGE)
    if NEXT:
        gdc_wait()
    if place >= 0:
        source = projected + (answer * HEADS * (GROUP + 2) + head) * size
        one, other = tl.load(source + half), tl.load(source + HALF + half)
        gain = query_gain
        if head >= HEADS * GROUP:
            gain = key_gain
        if NORMED:
            norm = tl.rsqrt((tl.sum(one * one, axis=0) + tl.sum(other * other, axis=0)) / size + eps)
            one = one * norm * tl.load(gain + half).to(tl.float32)
            other = other * norm * tl.load(gain + HALF + half).to(tl.float32)
        one, other = one * cos - other * sin, other * cos + one * sin
        kind = pages.dtype.element_ty
        if head < HEADS * GROUP:
            target = queries + (answer * HEADS * GROUP + head) * size
            tl.store(target + half, (one * scale).to(kind))
            tl.store(target + HALF + half, (other * scale).to(kind))
        else:
            key_head = head - HEADS * GROUP
            target = pages + page + layer + (key_head * PAGE + place % PAGE) * size
            tl.store(target + half, one.to(kind))
            tl.store(target + HALF + half, other.to(kind))
            wide = tl.arange(0, size)
            value = tl.load(source + HEADS * size + wide)
            tl.store(target + HEADS * PAGE * size + wide, value.to(kind))


@triton.jit
def _look(query1, query2, key1, key2, value, there, peak, total, sums):
    """Go on with a running softmax over the keys of one page, to the base 2: the highest score, the sum of weights and
    the weighted sum of values of each row."""
    scores = tl.dot(query1, tl.trans(key1), input_precision="ieee")
    scores = tl.dot(query2, tl.trans(key2), scores, input_precision="ieee")
    scores = tl.where(there[None, :], scores, -1e30)
    higher = tl.maximum(peak, tl.max(scores, axis=1))
    weights = tl.exp2(scores - higher[:, None])
    faded = tl.exp2(peak - higher)
    total = total * faded + tl.sum(weights, axis=1)
    sums = tl.dot(weights.to(value.dtype), value, sums * faded[:, None], input_precision="ieee")
    return higher, total, sums


@triton.jit
def partial_attention(
    queries, position, prefix, members, pages, table, partials, row_max, row_sum, layer, pages_of_one,
    HEADS: tl.constexpr, GROUP: tl.constexpr, HALF: tl.constexpr, SHARED: tl.constexpr, OWN: tl.constexpr,
    MOST: tl.constexpr, ROWS: tl.constexpr, PAGE: tl.constexpr, NEXT: tl.constexpr,
):  # fmt: skip
    """Attention of one token of some answers over a part of their keys, for the GROUP query heads of a key head.

    Program (t, h, s) takes key head h. Below SHARED, s is a part of the pages that the answers in row t of `members`
    (tiles, MOST; -1 where there is none) have in common: the first `prefix` tokens of each. From there on, it is one of
    OWN parts of what answer t has by itself. Written are, for each answer and query head, at the place of the part:
    sums of values `partials` (answers, query heads, SHARED + OWN, 2 HALF), `row_max` and sums of weights `row_sum`
    (answers, query heads, SHARED + OWN), all float32, to the base 2.

    Whoever shares them, an answer's parts have the same keys and are multiplied as rows of tiles of the same size. What
    no kernel of this step writes, numbers and the first page of shared keys, is read before the wait.
    """
    if NEXT:
        gdc_launch_dependents()
    tile, head, part = tl.program_id(0), tl.program_id(1), tl.program_id(2)
    size: tl.constexpr = 2 * HALF
    row = tl.arange(0, ROWS)
    mate = row // GROUP
    shared = part < SHARED
    if shared:
        owner = tl.load(members + tile * MOST)
        answers = tl.load(members + tile * MOST + mate, mask=(mate < ROWS // GROUP) & (mate < MOST), other=-1)
    else:
        owner = tile
        answers = tl.where(mate == 0, tile, -1)
    place = tl.load(position + tl.maximum(owner, 0))
    place = tl.where(owner >= 0, place, -1)
    border = tl.minimum(tl.load(prefix + tl.maximum(owner, 0)), place + 1)
    first_key, stop = tl.where(shared, 0, border), tl.where(shared, border, place + 1)
    per = tl.cdiv(tl.cdiv(stop - first_key, tl.where(shared, SHARED, OWN)), PAGE) * PAGE
    start = first_key + tl.where(shared, part, part - SHARED) * per
    end = tl.minimum(start + per, stop)
    half, wide, inside = tl.arange(0, HALF), tl.arange(0, size), tl.arange(0, PAGE)
    table += tl.maximum(owner, 0).to(tl.int64) * pages_of_one
    keys = pages + layer + head * PAGE * size
    values = keys + HEADS * PAGE * size
    where = tl.load(table + start // PAGE, mask=start < end, other=0) + inside[:, None] * size
    there = (start + inside)[:, None] < end
    early = there & shared
    key1 = tl.load(keys + where + half[None, :], mask=early, other=0.0)
    key2 = tl.load(keys + where + HALF + half[None, :], mask=early, other=0.0)
    value = tl.load(values + where + wide[None, :], mask=early, other=0.0)
    if NEXT:
        gdc_wait()
    if place >= 0:
        here = answers >= 0
        query = answers.to(tl.int64) * HEADS * GROUP + head * GROUP + row % GROUP
        at = query * (SHARED + OWN) + part
        peak = tl.full((ROWS,), -1e30, tl.float32)
        total = tl.zeros((ROWS,), tl.float32)
        if start < end:
            if not shared:
                key1 = tl.load(keys + where + half[None, :], mask=there, other=0.0)
                key2 = tl.load(keys + where + HALF + half[None, :], mask=there, other=0.0)
                value = tl.load(values + where + wide[None, :], mask=there, other=0.0)
            query1 = tl.load(queries + query[:, None] * size + half[None, :], mask=here[:, None], other=0.0)
            query2 = tl.load(queries + query[:, None] * size + HALF + half[None, :], mask=here[:, None], other=0.0)
            sums = tl.zeros((ROWS, size), tl.float32)
            peak, total, sums = _look(query1, query2, key1, key2, value, start + inside < end, peak, total, sums)
            for first in range(start + PAGE, end, PAGE):
                order = first + inside
                there = order[:, None] < end
                where = tl.load(table + first // PAGE) + inside[:, None] * size
                key1 = tl.load(keys + where + half[None, :], mask=there, other=0.0)
                key2 = tl.load(keys + where + HALF + half[None, :], mask=there, other=0.0)
                value = tl.load(values + where + wide[None, :], mask=there, other=0.0)
                peak, total, sums = _look(query1, query2, key1, key2, value, order < end, peak, total, sums)
            tl.store(partials + at[:, None] * size + wide[None, :], sums, mask=here[:, None])
        tl.store(row_max + at, peak, mask=here)
        tl.store(row_sum + at, total, mask=here)


@triton.jit
def reduce_attention(
    position, partials, row_max, row_sum, output, SIZE: tl.constexpr, PARTS: tl.constexpr, NEXT: tl.constexpr
):
    """`output` (answers, query heads, SIZE): the parts that `partial_attention` left, put together; program (h, n) does
    a head of an answer. Zeros where nobody is."""
    if NEXT:
        gdc_launch_dependents()
        gdc_wait()
    answer = tl.program_id(1)
    head = answer * tl.num_programs(0) + tl.program_id(0)
    at = head * PARTS + tl.arange(0, PARTS)
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
