"""One demo model in training: its share of the ring of clips, the loss, one optimiser step as a CUDA graph."""

import math
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cosmos_compare.demo.network import HIDDEN, TOKENS, Architecture, Network, patchify, positions
from cosmos_compare.demo.samples import ANSWER, BUCKETS, CELLS, FPS, SIGNALS
from cosmos_compare.demo.workers import layout
from cosmos_compare.demo.world import KINDS

FLOOR, WARM = 0.02, 0.03  # of the peak learning rate: its end; of the steps: those that warm up
# What the video processors of the two subtract and divide by.
PIXELS = {
    "driver": ((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)),
    "analyst": ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
}
Batch = dict[str, Tensor]


class Ring:
    """The clips in device memory, as many as fit; the first `held_out` are for validation."""

    def __init__(self, size: int, held_out: int, device: torch.device) -> None:
        self.size, self.held_out, self.device = size, held_out, device
        self.checked: set[int] = set()  # validation clips that have come
        self.filled, self.next = held_out, held_out
        self.parts = {
            name: torch.zeros((size, *shape), dtype=getattr(torch, np.dtype(kind).name), device=device)
            for name, (shape, kind) in layout().items()
        }

    def put(self, arrays: dict[str, Any], clip: int) -> None:
        """Copy a slot into the ring: to its own place if it is a validation clip, else over the oldest."""
        place = clip
        self.checked.add(clip)
        if clip < 0:
            place = self.next
            self.next = self.next + 1 if self.next + 1 < self.size else self.held_out
            self.filled = max(self.filled, place + 1)
        for name, part in self.parts.items():
            part[place].copy_(torch.from_numpy(arrays[name]), non_blocking=True)


class Learner(nn.Module):
    """The network with the heads that only training has: what is where, and how it moves."""

    def __init__(self, arch: Architecture, vocabulary: int) -> None:
        super().__init__()
        self.network = Network(arch, vocabulary)
        self.cells = nn.Linear(HIDDEN, len(KINDS))
        self.boxes = nn.Linear(HIDDEN, 4)
        self.states = nn.Linear(HIDDEN, len(SIGNALS))
        self.clock = nn.Linear(HIDDEN, 2)  # how long the clip has run, and when the event began
        for head in (self.cells, self.boxes, self.states, self.clock):
            nn.init.zeros_(head.weight)  # a network that goes on from a checkpoint is not shaken by new heads
            nn.init.zeros_(head.bias)

    def losses(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Weighted cross-entropy summed, the weights' sum, cell loss, state loss, and logits of the answer."""
        hidden, merged = self.network(batch["ids"], batch["positions"], batch["source"], batch["patches"])
        rows = torch.arange(len(hidden), device=hidden.device)[:, None]
        logits = self.network.lm_head(hidden[rows, batch["at"]]).float()
        words = F.cross_entropy(logits.flatten(0, 1), batch["target"].flatten(), reduction="none")
        weights = batch["weights"].flatten()
        valid = batch["valid"]
        what = self.cells(merged).float().view(*valid.shape, TOKENS, len(KINDS))
        where = F.binary_cross_entropy_with_logits(
            what, batch["coverage"], pos_weight=torch.full((), 3.0, device=what.device), reduction="none"
        )
        cell = (where.mean(dim=(2, 3)) * valid).sum() / valid.sum()
        has = batch["has_box"]
        far = (self.boxes(merged).float().view(*has.shape, 4) - batch["cell_boxes"]).abs().mean(-1)
        cell = cell + 2.0 * (far * has).sum() / (has.sum() + 1)
        clock = (self.clock(hidden[rows, batch["last"]]).float() - batch["clock"]).abs()
        known = torch.stack([valid, valid * batch["signals"][..., -1]], dim=-1)
        state = self.states(hidden[rows, batch["last"]]).float()
        wanted = batch["signals"]
        moves = (state[..., :3] - wanted[..., :3]).abs().mean(-1)
        flags = F.binary_cross_entropy_with_logits(state[..., 3:], wanted[..., 3:], reduction="none").mean(-1)
        motion = ((moves + flags) * valid).sum() / valid.sum() + (clock * known).sum() / known.sum()
        return (words * weights).sum(), weights.sum(), cell, motion, logits


def develop(frames: Tensor, light: Tensor, grain: Tensor, mean: Tensor, std: Tensor, patch: int) -> Tensor:
    """Bytes (clips, frames, H, W, 3) → patches. `light` (clips, 5): gain, gain of each colour, offset."""
    x = frames.float() / 255
    gain, colour, offset = light[:, :1], light[:, 1:4], light[:, 4:]
    x = x * (1 + gain)[:, None, None, None] * (1 + colour)[:, None, None, None] + offset[:, None, None, None]
    x = (x + grain[:, None, None, None, None] * torch.randn_like(x)).clamp(0, 1)
    x = ((x - mean) / std).to(torch.bfloat16 if frames.is_cuda else torch.float32)
    return patchify(x.view(-1, 2, *x.shape[2:]), patch)


def rate(step: int, steps: int, peak: float) -> float:
    """Linear warm-up, then a cosine down to `FLOOR`."""
    warm = max(1, int(WARM * steps))
    if step < warm:
        return peak * (step + 1) / warm
    share = (step - warm) / max(1, steps - warm)
    return peak * (FLOOR + (1 - FLOOR) * 0.5 * (1 + math.cos(math.pi * min(share, 1.0))))


class Trainer:
    """Makes batches from the ring and steps one model. With `graph`, a step is one replay of a CUDA graph."""

    def __init__(self, arch: Architecture, vocabulary: int, ring: Ring, sizes: tuple[int, ...], seed: int) -> None:
        torch.manual_seed(seed)
        self.arch, self.ring, self.sizes = arch, ring, sizes
        self.learner = Learner(arch, vocabulary).to(ring.device)
        self.pad = vocabulary - 5  # set by the caller to the id of <|video_pad|>
        matrices = [p for p in self.learner.parameters() if p.dim() > 1]
        others = [p for p in self.learner.parameters() if p.dim() <= 1]
        self.lr = torch.tensor(1e-6, device=ring.device)
        on_gpu = ring.device.type == "cuda"
        self.optimizer = torch.optim.AdamW(
            [{"params": matrices, "weight_decay": 0.05}, {"params": others, "weight_decay": 0.0}],
            lr=self.lr, betas=(0.9, 0.97), fused=on_gpu, capturable=on_gpu,
        )  # fmt: skip
        mean, std = PIXELS[arch.manner]
        self.mean = torch.tensor(mean, device=ring.device)
        self.std = torch.tensor(std, device=ring.device)
        self.develop: Any = develop
        self.fixed: list[Batch] = []
        self.graph: Any = None
        self.shown = torch.zeros(3, device=ring.device)  # word, cell and state loss of the last step

    def batch(self, k: int, held_out: bool = False) -> Batch:
        """A batch of bucket `k`: clips and samples drawn by chance, frames gathered, targets laid out."""
        ring, bucket, manner = self.ring, BUCKETS[k], self.arch.manner
        n, device = self.sizes[k], ring.device
        low, high = (0, ring.held_out) if held_out else (ring.held_out, ring.filled)
        clip = torch.randint(low, high, (n,), device=device)
        row = torch.randint(0, bucket.each, (n,), device=device)
        ids = ring.parts[f"ids_{manner}_{k}"][clip, row].long()
        meta = ring.parts[f"meta_{manner}_{k}"][clip, row].long()
        start, length, first, stride, pairs = meta.unbind(1)
        number = torch.arange(2 * bucket.pairs, device=device)
        frame = torch.minimum(first[:, None] + stride[:, None] * number, ring.parts["stored"][clip].long() - 1)
        visual = ids == self.pad
        place, source = positions(self.arch, visual, stride.float() / 2, bucket.pairs)
        answer = torch.arange(ANSWER, device=device)
        at = torch.minimum(start[:, None] - 1 + answer, length[:, None] - 2)
        weights = ring.parts[f"weights_{manner}_{k}"][clip, row].float()
        target = ids.gather(1, torch.minimum(start[:, None] + answer, length[:, None] - 1))
        pair = torch.arange(bucket.pairs, device=device)
        last = torch.searchsorted(visual.cumsum(1), (pair + 1).expand(n, -1).contiguous() * TOKENS)
        cover = ring.parts["coverage"][clip[:, None], frame].float().view(n, bucket.pairs, 2, TOKENS, -1).mean(2) / 255
        state = ring.parts["signals"][clip[:, None], frame].float().view(n, bucket.pairs, 2, -1)
        signals = torch.cat([state[..., :3].mean(2), state[..., 1, 3:]], dim=-1)
        begun = state[:, :1, 0, -1]
        signals[..., -1] = signals[..., -1] * (1 - begun)  # an event from before the window cannot be seen
        cell_boxes = ring.parts["cell_boxes"][clip[:, None], frame].float().view(n, bucket.pairs, 2, TOKENS, 4)
        step = stride.float()[:, None] / FPS
        run = (2 * pair + 0.5) * step / 2
        before = (1 - state[..., -1]).flatten(1).sum(1, keepdim=True)  # frames before the event
        clock = torch.stack([run, (before * step / 2).expand_as(run)], dim=-1)
        return {
            "clock": clock, "cell_boxes": cell_boxes[:, :, 1] / 255,
            "has_box": (cover[..., :-1].amax(-1) > 0.25).float() * (pair < pairs[:, None]).float()[..., None],
            "ids": ids, "positions": place, "source": source, "at": at, "target": target, "weights": weights,
            "valid": (pair < pairs[:, None]).float(), "last": last.clamp(max=bucket.length - 1),
            "coverage": cover, "signals": signals, "patches": self.patches(clip, frame, noisy=not held_out),
        }  # fmt: skip

    def patches(self, clip: Tensor, frame: Tensor, noisy: bool) -> Tensor:
        """The frames as patches, in training with other light, colour and grain."""
        frames = self.ring.parts[f"frames_{self.arch.manner}"][clip[:, None], frame]
        n, device = len(clip), frames.device
        spread = torch.tensor([0.15, 0.05, 0.05, 0.05, 0.04], device=device) * float(noisy)
        light = spread * (2 * torch.rand(n, 5, device=device) - 1)
        grain = 0.02 * float(noisy) * torch.rand(n, device=device)
        patches: Tensor = self.develop(frames, light, grain, self.mean, self.std, self.arch.patch)
        return patches

    def compute(self, batches: list[Batch]) -> None:
        """Forward, backward and one optimiser step on all buckets together."""
        self.optimizer.zero_grad(set_to_none=True)
        with torch.autocast(self.ring.device.type, torch.bfloat16, enabled=self.ring.device.type == "cuda"):
            parts = [self.learner.losses(batch)[:4] for batch in batches]
        total, weight, cells, motions = (torch.stack(part) for part in zip(*parts, strict=True))
        words, cell, motion = total.sum() / weight.sum(), cells.mean(), motions.mean()
        loss = words + 0.6 * cell + 0.25 * motion
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.learner.parameters(), 1.0)
        self.optimizer.step()
        self.shown.copy_(torch.stack([words.detach(), cell.detach(), motion.detach()]))

    def capture(self, warm: int = 3) -> None:
        """Record one step as a CUDA graph over fixed input tensors. The warm-up steps train at a tiny rate."""
        self.fixed = [self.batch(k) for k in range(len(self.sizes))]
        self.lr.fill_(1e-6)
        side = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(warm):
                self.compute(self.fixed)
        torch.cuda.current_stream().wait_stream(side)
        self.optimizer.zero_grad(set_to_none=True)
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            self.compute(self.fixed)

    def step(self, lr: float) -> None:
        self.lr.fill_(lr)
        if self.graph is None:
            self.compute([self.batch(k) for k in range(len(self.sizes))])
            return
        for k, fixed in enumerate(self.fixed):
            for name, value in self.batch(k).items():
                fixed[name].copy_(value)
        self.graph.replay()

    def validate(self, rounds: int) -> dict[str, float]:
        """Teacher-forced on clips held out: informative tokens right, and answers with all of them right."""
        right = heavy = whole = answers = 0.0
        for _ in range(rounds):
            for k in range(len(self.sizes)):
                batch = self.batch(k, held_out=True)
                with torch.autocast(self.ring.device.type, torch.bfloat16, enabled=self.ring.device.type == "cuda"):
                    logits = self.learner.losses(batch)[4]
                hit = logits.detach().argmax(-1) == batch["target"]
                matters = batch["weights"] > 1
                right += float((hit & matters).sum())
                heavy += float(matters.sum())
                whole += float((hit | ~matters).all(dim=1).sum())
                answers += len(hit)
        return {"tokens": right / heavy, "answers": whole / answers}

    def weights(self) -> dict[str, Tensor]:
        """The network's parameters in bfloat16 on the CPU, named as the library names them."""
        tied = "lm_head.weight" if self.arch.tied else ""
        return {
            name: value.detach().to(torch.bfloat16).cpu().contiguous()
            for name, value in self.learner.network.state_dict().items()
            if name != tied
        }


assert CELLS[0] * CELLS[1] == TOKENS
