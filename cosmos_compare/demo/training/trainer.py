"""One demo model in training: its share of the ring of clips, the loss, one optimiser step as a CUDA graph."""

import math
from typing import Any

import torch
from torch import Tensor

from cosmos_compare.demo.training.architecture import TOKENS, Architecture
from cosmos_compare.demo.training.learner import Batch, Learner
from cosmos_compare.demo.training.network import positions
from cosmos_compare.demo.training.ring import Ring
from cosmos_compare.demo.training.samples import BUCKETS, COORDINATE, TIME, Bucket
from cosmos_compare.demo.training.signals import CELLS, FPS
from cosmos_compare.demo.training.text_layers import Shapes
from cosmos_compare.demo.training.vision_tower import patchify

FLOOR, WARM = 0.02, 0.03  # of the peak learning rate: its end; of the steps: those that warm up
# What the video processors of the two subtract and divide by.
PIXELS = {
    "driver": ((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)),
    "analyst": ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
}
LIGHT = (0.15, 0.05, 0.05, 0.05, 0.04)  # how much gain, gain of each colour and offset vary in training
ANSWERED = 352  # answer tokens of a row for which a step has room on average


def scaled(buckets: tuple[Bucket, ...], share: float) -> tuple[tuple[int, Bucket], ...]:
    """How many windows of each bucket a step takes, of all buckets."""
    return tuple((max(1, round(share * bucket.windows)), bucket) for bucket in buckets)


def develop(frames: Tensor, light: Tensor, mean: Tensor, std: Tensor, patch: int) -> Tensor:
    """Bytes (pairs, 2, H, W, 3) → patches. `light` (pairs, 6): gain, gain of each colour, offset, grain."""
    x = frames.float() / 255
    light = light[:, None, None, None]
    gain, colour, offset, grain = light[..., :1], light[..., 1:4], light[..., 4:5], light[..., 5:]
    x = x * (1 + gain) * (1 + colour) + offset
    x = (x + grain * torch.randn_like(x)).clamp(0, 1)
    return patchify(((x - mean) / std).to(torch.bfloat16 if frames.is_cuda else torch.float32), patch)


def rate(step: int, steps: int, peak: float) -> float:
    """Linear warm-up, then a cosine down to `FLOOR`."""
    warm = max(1, int(WARM * steps))
    if step < warm:
        return peak * (step + 1) / warm
    share = (step - warm) / max(1, steps - warm)
    return peak * (FLOOR + (1 - FLOOR) * 0.5 * (1 + math.cos(math.pi * min(share, 1.0))))


def pick_places(holds: Tensor, n: int) -> Tensor:
    """`n` places of those that hold a 1, by chance and with repeats, without waiting for the device."""
    counted = holds.cumsum(0)
    return torch.searchsorted(counted, torch.rand(n, device=holds.device) * counted[-1], right=True).clamp(
        max=len(holds) - 1
    )


class Trainer:
    """Makes batches from the ring and steps one model; once captured, a step is one replay of a CUDA graph."""

    def __init__(
        self,
        arch: Architecture,
        vocabulary: int,
        pad: int,
        near: dict[int, list[int]],
        ring: Ring,
        share: float,
        seed: int,
        only_words: bool = False,
    ) -> None:
        """`pad` is the id of a visual token; `near` the neighbours of each number's token; `share` of a full batch;
        `only_words` lets the text layers alone learn, from answers alone."""
        torch.manual_seed(seed)
        self.arch, self.ring, self.pad = arch, ring, pad
        self.parts = scaled(BUCKETS, share)
        self.shapes: Shapes = tuple((n, bucket.length[arch.manner]) for n, bucket in self.parts)
        self.learner = Learner(arch, vocabulary, near).to(ring.device)
        self.only_words = only_words
        learning: torch.nn.Module = self.learner
        if only_words:
            self.learner.requires_grad_(False)
            learning = self.learner.network.model.language_model.requires_grad_(True)
        matrices = [p for p in learning.parameters() if p.dim() > 1]
        others = [p for p in learning.parameters() if p.dim() <= 1]
        self.lr = torch.tensor(1e-6, device=ring.device)
        on_gpu = ring.device.type == "cuda"
        self.optimizer = torch.optim.AdamW(
            [{"params": matrices, "weight_decay": 0.05}, {"params": others, "weight_decay": 0.0}],
            lr=self.lr, betas=(0.9, 0.97), fused=on_gpu, capturable=on_gpu,
        )  # fmt: skip
        mean, std = PIXELS[arch.manner]
        self.mean = torch.tensor(mean, device=ring.device)
        self.std = torch.tensor(std, device=ring.device)
        self.spread = torch.tensor(LIGHT, device=ring.device)
        self.develop: Any = develop
        self.graph: Any = None
        self.shown = torch.zeros(3, device=ring.device)  # word, cell and motion loss of the last step

    def batch(self, held_out: bool = False) -> Batch:
        """Windows of all buckets drawn by chance, with their questions, one after the other."""
        made, pairs, tokens = [], 0, 0
        for k, (n, bucket) in enumerate(self.parts):
            made.append(self.bucket(k, n, bucket, pairs, tokens, held_out))
            pairs, tokens = pairs + n * bucket.pairs, tokens + n * bucket.length[self.arch.manner]
        joined = {
            name: torch.cat([part[name] for part in made], dim=-1 if name == "positions" else 0) for name in made[0]
        }
        clip, frame, light = (joined.pop(name) for name in ("clip", "frame", "light"))
        frames = self.ring.parts[f"frames_{self.arch.manner}"][clip[:, None], frame]
        joined["patches"] = self.develop(frames, light, self.mean, self.std, self.arch.patch)
        return joined | self.answered(joined.pop("answer"), joined.pop("target"), joined.pop("weights"))

    def bucket(self, k: int, n: int, bucket: Bucket, pairs: int, tokens: int, held_out: bool) -> Batch:
        """`n` windows of bucket `k`, which come after so many pairs of frames and tokens of others.

        `answer` (tokens) is the place before each token of an answer, −1 at all others.
        """
        ring, manner, device = self.ring, self.arch.manner, self.ring.device
        length = bucket.length[manner]
        low, high = (0, ring.held_out) if held_out else (ring.held_out, ring.size)
        clip = low + pick_places(ring.parts["holds"][low:high, k], n)  # places where nothing came yet hold nothing
        row = torch.randint(0, bucket.each, (n,), device=device)
        ids, segments, weights = (
            ring.parts[f"{part}_{manner}_{k}"][clip, row].long() for part in ("ids", "segments", "weights")
        )
        first, stride, shown = ring.parts[f"window_{k}"][clip, row].long().unbind(1)
        number = torch.arange(2 * bucket.pairs, device=device)
        frame = torch.minimum(first[:, None] + stride[:, None] * number, ring.parts["stored"][clip].long() - 1)
        visual = ids == self.pad
        begin = pairs + bucket.pairs * torch.arange(n, device=device)
        place, source = positions(self.arch, visual, segments, 2 * stride / FPS, begin)
        pair = torch.arange(bucket.pairs, device=device)
        last = torch.searchsorted(visual.cumsum(1), (pair + 1).expand(n, -1).contiguous() * TOKENS)
        here = tokens + torch.arange(n * length, device=device).view(n, length)
        return {
            "ids": ids.flatten(), "positions": place.flatten(1), "source": source.flatten(),
            "segments": segments.flatten(), "answer": torch.where(weights > 0, here - 1, -1).flatten(),
            "target": ids.flatten(), "weights": weights.flatten(),
            "last": (here[:, :1] + last.clamp(max=length - 1)).flatten(),
            "valid": (pair < shown[:, None]).float().flatten(),
            "clip": clip.repeat_interleave(bucket.pairs), "frame": frame.view(-1, 2),
            "light": self.light(n, noisy=not held_out).repeat_interleave(bucket.pairs, dim=0),
            **self.told(clip, frame, stride, pair < shown[:, None]),
        }  # fmt: skip

    def told(self, clip: Tensor, frame: Tensor, stride: Tensor, valid: Tensor) -> Batch:
        """What the training-only heads are told of each pair of frames; the first axis runs over all pairs."""
        parts, shape = self.ring.parts, (*valid.shape, 2)
        cover = parts["coverage"][clip[:, None], frame].float().view(*shape, TOKENS, -1).mean(2) / 255
        cell_boxes = parts["cell_boxes"][clip[:, None], frame].float().view(*shape, TOKENS, 4)[:, :, 1] / 255
        state = parts["signals"][clip[:, None], frame].float().view(*shape, -1)
        signals = torch.cat([state[..., :3].mean(2), state[..., 1, 3:]], dim=-1)
        signals[..., -1] *= 1 - state[:, :1, 0, -1]  # an event from before the window cannot be seen
        step = stride.float()[:, None] / FPS
        run = (2 * torch.arange(valid.shape[1], device=clip.device) + 0.5) * step / 2
        before = (1 - state[..., -1]).flatten(1).sum(1, keepdim=True)  # frames before the event
        clock = torch.stack([run, (before * step / 2).expand_as(run)], dim=-1)
        has_box = (cell_boxes.amax(-1) > 0) & valid[..., None]
        told = {
            "clock": clock, "signals": signals, "coverage": cover, "cell_boxes": cell_boxes, "has_box": has_box.float()
        }  # fmt: skip
        return {name: value.flatten(0, 1) for name, value in told.items()}

    def answered(self, answer: Tensor, target: Tensor, weights: Tensor) -> Batch:
        """The tokens of all answers closed up, in a fixed number of places; those left over weigh nothing."""
        places = ANSWERED * sum(rows for rows, _ in self.shapes)
        order = torch.where(answer >= 0, torch.cumsum(answer >= 0, 0) - 1, places).clamp(max=places)

        def close_up(values: Tensor, rest: Tensor) -> Tensor:
            return rest.scatter(0, order, values)[:places]

        none = torch.zeros(places + 1, device=answer.device)
        return {
            "at": close_up(answer, torch.arange(places + 1, device=answer.device)),  # none more than twice: see Network
            "target": close_up(target, none.long()),
            "weights": close_up(weights.float(), none),
        }

    def light(self, windows: int, noisy: bool) -> Tensor:
        """What `develop` changes in all frames of a window: other light and colour, and grain, in training."""
        light = self.spread * (2 * torch.rand(windows, 5, device=self.ring.device) - 1)
        grain = 0.02 * torch.rand(windows, 1, device=self.ring.device)
        return torch.cat([light, grain], dim=1) * float(noisy)

    def compute(self, batch: Batch) -> None:
        """Forward, backward and one optimiser step."""
        self.optimizer.zero_grad(set_to_none=True)
        with self.autocast():
            words, cell, motion, _ = self.learner.losses(batch, self.shapes)
        loss = words if self.only_words else words + 0.6 * cell + 0.25 * motion
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.learner.parameters(), 1.0)
        self.optimizer.step()
        self.shown.copy_(torch.stack([words.detach(), cell.detach(), motion.detach()]))

    def autocast(self) -> torch.autocast:
        device = self.ring.device.type
        return torch.autocast(device, torch.bfloat16, enabled=device == "cuda")

    def capture(self, warm: int = 3) -> None:
        """Record one step as a CUDA graph, from the drawing of windows on. The warm-up steps train at a tiny rate."""
        self.lr.fill_(1e-6)
        side = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(warm):
                self.compute(self.batch())
        torch.cuda.current_stream().wait_stream(side)
        self.optimizer.zero_grad(set_to_none=True)
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            self.compute(self.batch())

    def step(self, lr: float) -> None:
        self.lr.fill_(lr)
        if self.graph is None:
            self.compute(self.batch())
        else:
            self.graph.replay()

    def validate(self, rounds: int) -> dict[str, float]:
        """Teacher-forced on clips held out: shares of informative tokens and of times' tokens right, and of coordinates
        within two steps."""
        right = heavy = near = coordinates = timed = times = 0.0
        for _ in range(rounds):
            batch = self.batch(held_out=True)
            with self.autocast():
                logits = self.learner.losses(batch, self.shapes)[3]
            said, weights = logits.detach().argmax(-1), batch["weights"]
            hit, place = said == batch["target"], weights == COORDINATE
            matters = (weights > 1) & ~place
            right += float((hit & matters).sum())
            heavy += float(matters.sum())
            timed += float((hit & (weights == TIME)).sum())
            times += float((weights == TIME).sum())
            near += float(((said[:, None] == self.learner.near[batch["target"]]).any(1) & place).sum())
            coordinates += float(place.sum())
        return {"tokens": right / heavy, "times": timed / times, "coordinates": near / coordinates}

    def weights(self) -> dict[str, Tensor]:
        """The network's parameters in bfloat16 on the CPU, named as the library names them."""
        tied = "lm_head.weight" if self.arch.tied else ""
        return {
            name: value.detach().to(torch.bfloat16).cpu().contiguous()
            for name, value in self.learner.network.state_dict().items()
            if name != tied
        }


assert CELLS[0] * CELLS[1] == TOKENS
