"""Triton kernels between logits and tokens, for up to 16 answers at once, each by its own values and its own seed.

The steps are those of `logits_processors`: penalties, temperature, top-k and top-p, and a draw by Gumbel noise. The
noise of a token is a function of seed, step and token (Philox: Salmon et al. 2011, "Parallel random numbers: as easy as
1, 2, 3"), so no answer's draws depend on another's.
"""

import triton
import triton.language as tl


@triton.jit
def penalties_and_temperature(
    logits, seen, generated, repetition, presence, temperature, scores, V, BLOCK: tl.constexpr
):
    """`scores` (answers, V) from `logits`. `seen` and `generated` are 1 for tokens in prompt or answer, and in the
    answer. Program (p, n) does piece p of answer n."""
    answer = tl.program_id(1).to(tl.int64)
    token = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    there = token < V
    at = answer * V + token
    score = tl.load(logits + at, mask=there, other=0.0)
    penalty = tl.load(repetition + answer)
    weakened = tl.where(score < 0, score * penalty, score / penalty)
    score = tl.where(tl.load(seen + at, mask=there, other=0) != 0, weakened, score)
    lowered = score - tl.load(presence + answer)
    score = tl.where(tl.load(generated + at, mask=there, other=0) != 0, lowered, score)
    heat = tl.load(temperature + answer)
    tl.store(scores + at, score / tl.where(heat > 0, heat, 1.0), mask=there)


@triton.jit
def likeliest_threshold(best, top_k, top_p, temperature, threshold, LOOKED_AT: tl.constexpr, COUNT: tl.constexpr):
    """The lowest score that top-k and then top-p leave, for answers whose `top_k` is 1 to LOOKED_AT; `best` (answers,
    COUNT) are the highest scores, falling. Scores equal to the last of the k stay, up to COUNT of them."""
    answer = tl.program_id(0)
    k = tl.load(top_k + answer)
    if (k > 0) & (k <= LOOKED_AT) & (tl.load(temperature + answer) > 0):
        order = tl.arange(0, COUNT)
        score = tl.load(best + answer * COUNT + order)
        last = tl.min(tl.where(order < k, score, float("inf")), axis=0)
        share = tl.where(score >= last, tl.exp(score - tl.max(score, axis=0)), 0.0)
        share = share / tl.sum(share, axis=0)
        above = tl.cumsum(share, axis=0) - share
        kept = (score >= last) & ((above < tl.load(top_p + answer)) | (order == 0))
        tl.store(threshold + answer, tl.min(tl.where(kept, score, float("inf")), axis=0))
    else:
        tl.store(threshold + answer, float("-inf"))


@triton.jit
def _ordered(bits):
    """The bits of float32 numbers as integers of the same order, and back."""
    return tl.where(bits >= 0, bits, bits ^ 0x7FFFFFFF)


@triton.jit
def _lowest(scores, floor, peak, wanted, V, COUNTED: tl.constexpr, BLOCK: tl.constexpr):
    """The lowest score above which less than `wanted` lies: tokens where COUNTED, else their weights, of those that are
    `floor` or more. Found by halving the range of float32 numbers."""
    order = tl.arange(0, BLOCK)
    low = tl.full((), -2139095041, tl.int64)  # the lowest finite number, in order
    high = _ordered(peak.to(tl.int32, bitcast=True)).to(tl.int64)
    for _ in range(33):
        middle = (low + high) >> 1
        bound = _ordered(middle.to(tl.int32)).to(tl.float32, bitcast=True)
        sums = tl.zeros((BLOCK,), tl.float32)
        for first in range(0, V, BLOCK):
            score = tl.load(scores + first + order, mask=first + order < V, other=float("-inf"))
            weight = 1.0 if COUNTED else tl.exp(score - peak)
            sums += tl.where((score > bound) & (score >= floor), weight, 0.0)
        enough = tl.sum(sums, axis=0) < wanted
        high = tl.where(enough, middle, high)
        low = tl.where(enough, low, tl.minimum(middle + 1, high))
    return _ordered(high.to(tl.int32)).to(tl.float32, bitcast=True)


@triton.jit
def nucleus_threshold(scores, top_k, top_p, temperature, threshold, V, LOOKED_AT: tl.constexpr, BLOCK: tl.constexpr):
    """The lowest score that top-k and then top-p leave, where `top_k` is 0 or above LOOKED_AT, of all scores.
    Program n does answer n."""
    answer = tl.program_id(0).to(tl.int64)
    share, k = tl.load(top_p + answer), tl.load(top_k + answer)
    wide = (k > LOOKED_AT) | ((k == 0) & (share < 1))
    if wide & (tl.load(temperature + answer) > 0):
        scores += answer * V
        order = tl.arange(0, BLOCK)
        highest = tl.full((BLOCK,), float("-inf"), tl.float32)
        for first in range(0, V, BLOCK):
            there = first + order < V
            highest = tl.maximum(highest, tl.load(scores + first + order, mask=there, other=float("-inf")))
        peak = tl.max(highest, axis=0)
        floor = tl.full((), float("-inf"), tl.float32)
        if k > 0:
            floor = _lowest(scores, floor, peak, k.to(tl.float32), V, True, BLOCK)
        if share < 1:
            sums = tl.zeros((BLOCK,), tl.float32)
            for first in range(0, V, BLOCK):
                score = tl.load(scores + first + order, mask=first + order < V, other=float("-inf"))
                sums += tl.where(score >= floor, tl.exp(score - peak), 0.0)
            wanted = share * tl.sum(sums, axis=0)
            floor = tl.maximum(floor, _lowest(scores, floor, peak, wanted, V, False, BLOCK))
        tl.store(threshold + answer, floor)


@triton.jit
def best_of_pieces(
    scores, threshold, temperature, seed, step, best, best_at, V, PIECES: tl.constexpr, BLOCK: tl.constexpr
):
    """The highest noisy score of each piece and its token, (answers, PIECES). Program (p, n) does piece p of n."""
    answer = tl.program_id(1).to(tl.int64)
    token = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    score = tl.load(scores + answer * V + token, mask=token < V, other=float("-inf"))
    score = tl.where(score >= tl.load(threshold + answer), score, float("-inf"))
    zero = tl.zeros((BLOCK,), tl.int32)
    drawn, _, _, _ = tl.philox(tl.load(seed + answer), token, zero + tl.load(step + answer), zero, zero)
    uniform = tl.maximum(tl.uint_to_uniform_float(drawn), 1e-10)
    # -log(1 - u), also where 1 - u would be rounded to 1.
    exponential = tl.where(uniform < 1e-4, uniform + 0.5 * uniform * uniform, -tl.log(1.0 - uniform))
    noisy = score - tl.log(exponential)
    score = tl.where(tl.load(temperature + answer) > 0, noisy, score)
    peak = tl.max(score, axis=0)
    at = tl.min(tl.where(score == peak, token, V), axis=0)
    tl.store(best + answer * PIECES + tl.program_id(0), peak)
    tl.store(best_at + answer * PIECES + tl.program_id(0), at)


@triton.jit
def take_best(best, best_at, position, step, tokens, seen, generated, V, PIECES: tl.constexpr, WIDE: tl.constexpr):
    """The token of each answer into `tokens`, marked in `seen` and `generated`. Program n does answer n; nothing where
    nobody is (`position` below 0)."""
    answer = tl.program_id(0).to(tl.int64)
    if tl.load(position + answer) >= 0:
        piece = tl.arange(0, WIDE)
        score = tl.load(best + answer * PIECES + piece, mask=piece < PIECES, other=float("-inf"))
        token = tl.load(best_at + answer * PIECES + piece, mask=piece < PIECES, other=V)
        peak = tl.max(score, axis=0)
        chosen = tl.min(tl.where(score == peak, token, V - 1), axis=0)
        tl.store(tokens + answer, chosen.to(tl.int64))
        tl.store(seen + answer * V + chosen, 1)
        tl.store(generated + answer * V + chosen, 1)
        tl.store(step + answer, tl.load(step + answer) + 1)
