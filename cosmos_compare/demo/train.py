"""Train both demo models at once on one GPU.

    python -m cosmos_compare.demo.train --out DIR --steps 5000 --workers 14

writes DIR/reason1.safetensors, DIR/reason2.safetensors (also along the way) and DIR/curve.json. Then, on any machine,
`python -m cosmos_compare.demo.train --assemble DIR` makes the checkpoints in data/demo_models of them.
"""

import argparse
import json
import time
from collections import deque
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from cosmos_compare.demo.training.tokenizer import PIXELS, THOUSANDTHS, add_numbers, load, neighbours, token_id
from cosmos_compare.demo.training.workers import Crew
from cosmos_compare.demo.words.chat import PAD

MODELS = Path(__file__).resolve().parents[2] / "data" / "demo_models"
FILES = {"driver": "reason1", "analyst": "reason2"}
SEEDS = {"driver": 1, "analyst": 2}
SCALES = {"driver": PIXELS, "analyst": THOUSANDTHS}
PACED = (60, 400, 2000, 6000)  # steps at which --fit looks at the pace and chooses how many there will be
AHEAD = 3  # steps that are asked of a GPU before it has done them
LATE = 15  # seconds after --fit at which training ends in any case


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the demo models on rendered scenes.")
    parser.add_argument("--out", type=Path, default=Path("outputs/demo_training"))
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--workers", type=int, default=14)
    parser.add_argument("--ring", type=int, default=5000, help="clips held in device memory (10 MB each)")
    parser.add_argument("--first", type=int, default=500, help="clips to wait for before the first step")
    parser.add_argument("--share", type=float, default=1.0, help="of the windows of a full step, for small machines")
    parser.add_argument("--peak", type=float, default=1.5e-3, help="highest learning rate")
    parser.add_argument("--start", type=Path, help="go on from the weights in this folder (data/demo_models will do)")
    parser.add_argument("--only-words", action="store_true", help="the text layers alone learn, from answers alone")
    parser.add_argument("--eager", action="store_true", help="no torch.compile and no CUDA graph")
    parser.add_argument("--fit", type=float, help="choose the number of steps so as to end after these seconds")
    parser.add_argument("--assemble", type=Path, help="make checkpoints of the weights in this folder, and stop")
    args = parser.parse_args()
    if args.assemble:
        assemble(args.assemble)
        return
    args.out.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    tokenizer = str(args.out / "tokenizer.json")
    backend = load(MODELS / "reason1-demo")
    add_numbers(backend)
    backend.save(tokenizer)
    held_out = min(96, args.ring // 4)
    crew = Crew.start(args.workers, 4 * args.workers, tokenizer, held_out)  # before CUDA
    try:
        train(args, crew, backend, held_out, began)
    finally:
        crew.stop()


def train(args: argparse.Namespace, crew: Crew, tokenizer: Tokenizer, held_out: int, began: float) -> None:
    import torch

    from cosmos_compare.demo.training.architecture import REASON1, REASON2
    from cosmos_compare.demo.training.ring import Ring
    from cosmos_compare.demo.training.text_layers import TextLayer
    from cosmos_compare.demo.training.trainer import Trainer, develop
    from cosmos_compare.demo.training.vision_tower import VisionBlock

    torch.backends.cuda.matmul.allow_tf32 = True
    torch._dynamo.config.cache_size_limit = 64  # two architectures and a few shapes share the code of a layer
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    ring = Ring(args.ring, held_out, device)
    vocabulary = tokenizer.get_vocab_size()
    if not args.eager:
        TextLayer.forward = torch.compile(TextLayer.forward, dynamic=False)  # type: ignore[method-assign]
        VisionBlock.forward = torch.compile(VisionBlock.forward, dynamic=False)  # type: ignore[method-assign]
    pad = token_id(tokenizer, PAD)
    trainers = []
    for arch in (REASON1, REASON2):
        near = neighbours(tokenizer, SCALES[arch.manner])
        trainers.append(Trainer(arch, vocabulary, pad, near, ring, args.share, SEEDS[arch.manner], args.only_words))
    for trainer in trainers:
        if args.start:
            weights = trained(args.start, FILES[trainer.arch.manner])
            missing, unexpected = trainer.learner.network.load_state_dict(weights, strict=False)
            assert not unexpected, unexpected
            assert set(missing) <= {"lm_head.weight"}, missing  # tied to the embedding in reason2
        if not args.eager:
            trainer.develop = torch.compile(develop, dynamic=False)
    feed = Feed(crew, ring)
    feed.wait(args.first)
    say(began, f"{feed.count} clips")
    if device.type == "cuda" and not args.eager:
        for trainer in trainers:
            trainer.capture()
            say(began, f"captured {trainer.arch.manner}")
    loop(args, trainers, feed, began)


def loop(args: argparse.Namespace, trainers: list[Any], feed: "Feed", began: float) -> None:
    """All steps, with a row of the curve now and then, and the weights at each quarter."""
    from cosmos_compare.demo.training.trainer import rate

    curve: list[dict[str, Any]] = []
    device, steps, step = feed.ring.device, args.steps, 0
    started = synchronised(device)
    ahead: deque[Any] = deque()
    while step < steps:
        if step in PACED and args.fit:
            pace = (synchronised(device) - started) / step
            steps = step + max(1, int((args.fit - (time.monotonic() - began)) / pace))
            say(began, f"{pace * 1000:.1f} ms a step of both: {steps} steps")
        feed.take()
        for trainer in trainers:
            trainer.step(rate(step, steps, args.peak))
        step += 1
        if device.type == "cuda":  # or steps would queue up, and before them the copies that workers wait for
            ahead.append(torch_cuda().Event())
            ahead[-1].record()
            if len(ahead) > AHEAD:
                ahead.popleft().synchronize()
        if args.fit and time.monotonic() - began > args.fit + LATE:
            steps = step  # something was slow: better the weights of now than none
        if step == steps or step % max(1, steps // 20) == 0:
            row: dict[str, Any] = {
                "step": step,
                "seconds": round(synchronised(device) - started, 1),
                "clips": feed.count,
            }
            for trainer in trainers:
                losses = dict(zip(("words", "cells", "motion"), trainer.shown.tolist(), strict=True))
                row[FILES[trainer.arch.manner]] = {
                    name: round(value, 4) for name, value in (losses | trainer.validate(2)).items()
                }
            curve.append(row)
            say(began, json.dumps(row))
            (args.out / "curve.json").write_text(json.dumps(curve, indent=1))
        if step == steps or step % max(1, steps // 4) == 0:
            save(trainers, args.out)
    say(began, f"{steps} steps done")


class Feed:
    """Moves finished clips from the workers into the ring."""

    def __init__(self, crew: Crew, ring: Any) -> None:
        self.crew, self.ring, self.count = crew, ring, 0
        self.copying: deque[tuple[Any, list[int]]] = deque()
        self.cuda = ring.device.type == "cuda"
        if self.cuda:  # pinned, or each copy would wait for the GPU to finish its step
            assert crew.memory.buf is not None
            memory = np.frombuffer(crew.memory.buf, np.uint8)
            torch_cuda().cudart().cudaHostRegister(memory.ctypes.data, memory.nbytes, 0)

    def take(self, most: int = 32, timeout: float | None = None) -> bool:
        """Copy what is ready, at most so many; whether there was any."""
        slots: list[int] = []
        while len(slots) < most and (found := self.crew.fetch(timeout if not slots else None)):
            slot, clip = found
            self.ring.put(self.crew.slots[slot], clip)
            slots.append(slot)
        if slots:
            self.copying.append((torch_cuda().Event() if self.cuda else None, slots))
            if self.cuda:
                self.copying[-1][0].record()
        while self.copying and (self.copying[0][0] is None or self.copying[0][0].query()):
            for slot in self.copying.popleft()[1]:
                self.crew.release(slot)
        self.count += len(slots)
        return bool(slots)

    def wait(self, clips: int) -> None:
        """Until there are that many, all validation clips among them and some to train on of each length."""
        while self.count < clips or not self.ring.complete:
            self.take(timeout=5.0)


def torch_cuda() -> Any:
    """torch.cuda, imported when the workers have been forked."""
    import torch

    return torch.cuda


def synchronised(device: Any) -> float:
    """The time when all that was asked of the device is done."""
    if device.type == "cuda":
        torch_cuda().synchronize()
    return time.monotonic()


def trained(folder: Path, name: str) -> dict[str, Any]:
    """The weights that a training left in `folder`, or those of the checkpoint `NAME-demo` in it.

    The library saves Qwen2.5-VL under older names than it loads it with.
    """
    from safetensors.torch import load_file

    own = folder / f"{name}.safetensors"
    weights = load_file(own if own.exists() else folder / f"{name}-demo" / "model.safetensors")
    renamed = {}
    for key, value in weights.items():
        if key.startswith("visual."):
            key = f"model.{key}"
        elif key.startswith(("model.layers.", "model.norm.", "model.embed_tokens.")):
            key = key.replace("model.", "model.language_model.", 1)
        renamed[key] = value.float()
    return renamed


def save(trainers: list[Any], folder: Path) -> None:
    from safetensors.torch import save_file

    for trainer in trainers:
        save_file(trainer.weights(), folder / f"{FILES[trainer.arch.manner]}.safetensors")


def assemble(folder: Path) -> None:
    """Checkpoints that `from_pretrained` loads, of the weights that a training left in `folder`."""
    from safetensors.torch import load_file

    from cosmos_compare.demo.training import checkpoint
    from cosmos_compare.demo.training.architecture import REASON1, REASON2

    for arch in (REASON1, REASON2):
        name = FILES[arch.manner]
        target = MODELS / f"{name}-demo"
        backend = load(folder)
        checkpoint.write(arch, load_file(folder / f"{name}.safetensors"), backend, target)


def say(began: float, text: str) -> None:
    print(f"[{time.monotonic() - began:6.1f} s] {text}", flush=True)


if __name__ == "__main__":
    main()
