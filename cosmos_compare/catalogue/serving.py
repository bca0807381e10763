"""How models are served on a machine so that they can be asked as the local engine is: which cards, which flags.

For vLLM. Why each flag is there, and what an answer would be without it, stands in docs/SERVERS.md.
"""

import shlex
import socket
from collections.abc import Sequence
from dataclasses import dataclass

from cosmos_compare.catalogue.checkpoint import read_json
from cosmos_compare.catalogue.models import source_folder
from cosmos_compare.errors import CompareError
from cosmos_compare.machine.facts import GB, with_room
from cosmos_compare.records.schema import ModelSpec

LOOPBACK = "127.0.0.1"
KEY = "COSMOS_COMPARE_KEY"  # the variable that holds the key, for the servers and for this program
USABLE = 0.9  # of a card's memory, what vLLM takes when nobody says
LARGE = 1.15  # of its weights, what a large model needs at least
SPLITS = (1, 2, 4, 8, 16)  # cards over which the layers of one model can be split
FIRST_PORT = 8001
QUEUE = 256  # requests that wait at a server before it says that it is busy
PROMPT_ROOM = 2048  # tokens of a prompt beside its video
STEP = 4096  # the longest context is a multiple of it


@dataclass(frozen=True)
class Share:
    """What a model gets: its cards, over how many each copy is split, and which part of their memory it may take."""

    cards: tuple[int, ...]
    split: int = 1
    part: float = USABLE

    @property
    def copies(self) -> int:
        return max(len(self.cards) // self.split, 1)


@dataclass(frozen=True)
class Served:
    """One server: what starts it, and where it is asked then."""

    name: str
    share: Share
    command: tuple[str, ...]
    environment: dict[str, str]
    address: str

    @property
    def text(self) -> str:
        """The command for a shell, a flag a line."""
        before = [f"{name}={value}" for name, value in self.environment.items()]
        first, flags = [*before, *map(shlex.quote, self.command[:3])], list(self.command[3:])
        lines = [" ".join(first)]
        while flags:
            word = flags.pop(0)
            value = f" {shlex.quote(flags.pop(0))}" if flags and not flags[0].startswith("--") else ""
            lines.append(f"    {word}{value}")
        return " \\\n".join(lines)


def serve_commands(
    specs: Sequence[ModelSpec], cards: Sequence[int], *, host: str = LOOPBACK, port: int = FIRST_PORT, key: bool = False
) -> list[Served]:
    """How `specs` are served on cards of so many bytes of memory each; on none, on the processor. A `key` is asked for
    wherever others than this machine reach the servers. Raises `CompareError` where they don't fit."""
    shares = shares_of(specs, cards) if cards else [Share(()) for _ in specs]
    return [
        _served(spec, share, host, port + number, key or host != LOOPBACK)
        for number, (spec, share) in enumerate(zip(specs, shares, strict=True))
    ]


def shares_of(specs: Sequence[ModelSpec], cards: Sequence[int]) -> list[Share]:
    """Each model on cards of its own, as many copies as there is room for; where there are fewer cards than that, on
    parts of them. Cards count as the smallest of them."""
    size = int(min(cards) * USABLE)
    splits = [_split(spec, size, len(cards)) for spec in specs]
    if sum(splits) > len(cards):
        return _packed(specs, splits, size, len(cards))
    copies = [1] * len(specs)
    while True:
        left = len(cards) - sum(split * count for split, count in zip(splits, copies, strict=True))
        more = [n for n, split in enumerate(splits) if split <= left]
        if not more:
            break
        copies[min(more, key=lambda n: (copies[n], n))] += 1
    shares, first = [], 0
    for split, count in zip(splits, copies, strict=True):
        shares.append(Share(tuple(range(first, first + split * count)), split))
        first += split * count
    return shares


def _needs(spec: ModelSpec) -> int:
    """Bytes of a model's weights, and of room to work: what is kept of requests grows with the model."""
    weights = spec.memory_bytes or spec.size_bytes
    if weights is None:
        raise CompareError(
            "{name}: nobody knows how large it is.",
            "Write size_bytes into its entry in models.yaml.",
            name=spec.name,
            field="models",
        )
    return max(with_room(weights), int(weights * LARGE))


def _split(spec: ModelSpec, size: int, cards: int) -> int:
    needed = _needs(spec)
    found = next((split for split in SPLITS if split <= cards and needed <= split * size), None)
    if found is None:
        raise CompareError(
            "{name} needs {needed:.1f} GB, and {cards} cards have {room:.1f} GB for it.",
            "Take more cards (--gpus), larger ones (--gpu-memory), or a smaller model.",
            name=spec.name,
            needed=needed / GB,
            cards=cards,
            room=cards * size / GB,
            field="models",
        )
    return found


def _packed(specs: Sequence[ModelSpec], splits: Sequence[int], size: int, cards: int) -> list[Share]:
    """Several models on a card, the largest first; each gets the part of the memory that it needs the more of."""
    held: list[list[int]] = [[] for _ in range(cards)]
    needs = [_needs(spec) for spec in specs]
    for number in sorted(range(len(specs)), key=lambda n: -needs[n]):
        card = min(range(cards), key=lambda c: sum(needs[n] for n in held[c]))
        if splits[number] > 1 or sum(needs[n] for n in [*held[card], number]) > size:
            raise CompareError(
                "{names} don't fit on {cards} cards together.",
                "Serve them one after the other: batches wait for a server that is started anew; or take more cards.",
                names=", ".join(spec.name for spec in specs),
                cards=cards,
                field="models",
            )
        held[card].append(number)
    shares = {}
    for card, numbers in enumerate(held):
        for number in numbers:
            part = USABLE * needs[number] / sum(needs[n] for n in numbers)
            shares[number] = Share((card,), part=int(part * 100) / 100)
    return [shares[number] for number in range(len(specs))]


def _served(spec: ModelSpec, share: Share, host: str, port: int, key: bool) -> Served:
    if spec.vision.resized_again:
        raise CompareError(
            "{name}: what its own processor makes of the frames can't be asked for over the network.",
            "Models of this architecture are asked here: cosmos-compare run --models {name}.",
            name=spec.name,
            field="models",
        )
    # The console script of vLLM's build for processors fails; the module is the same program.
    program = ["vllm", "serve", spec.source] if share.cards else _on_the_processor(spec)
    flags = [
        *(["--revision", spec.revision] if spec.revision and source_folder(spec) is None else []),
        *("--served-model-name", spec.name, "--host", host, "--port", str(port)),
        *("--dtype", spec.dtype if share.cards else "float32"),
        *(["--tensor-parallel-size", str(share.split)] if share.split > 1 else []),
        *(["--data-parallel-size", str(share.copies)] if share.copies > 1 else []),
        *(["--gpu-memory-utilization", f"{share.part:.2f}"] if share.part != USABLE else []),
        *("--max-model-len", str(longest(spec))),
        *("--limit-mm-per-prompt", '{"image": 0, "video": 1}'),
        *("--max-num-queued-reqs", str(QUEUE), "--enable-prompt-tokens-details", "--trust-request-mm-kwargs"),
        *(["--trust-request-chat-template"] if spec.vision.video_token == "bare" else []),
        *([] if share.cards else ["--enforce-eager"]),
    ]
    environment = {
        **({"CUDA_VISIBLE_DEVICES": ",".join(map(str, share.cards))} if share.cards else {}),
        # Not --api-key: every user of a machine can read the flags of its programs.
        **({"VLLM_API_KEY": f'"${KEY}"'} if key else {}),
    }
    reached = socket.gethostname() if host in {"0.0.0.0", "::"} else host  # noqa: S104  what somebody chose
    named = f"[{reached}]" if ":" in reached else reached
    return Served(spec.name, share, (*program, *flags), environment, f"http://{named}:{port}/v1")


def _on_the_processor(spec: ModelSpec) -> list[str]:
    return ["python", "-m", "vllm.entrypoints.openai.api_server", "--model", spec.source]


def longest(spec: ModelSpec) -> int:
    """Tokens of the longest prompt and answer together: what the model's defaults may come to, and no more than the
    checkpoint takes."""
    needed = spec.vision.max_video_tokens + PROMPT_ROOM + spec.sampling.max_new_tokens
    needed = -(-needed // STEP) * STEP
    folder = source_folder(spec)
    if folder is None or not (folder / "config.json").is_file():
        return needed
    config = read_json(folder / "config.json")
    text = config.get("text_config")
    most = (text if isinstance(text, dict) else config).get("max_position_embeddings")
    return min(needed, most) if isinstance(most, int) and most > 0 else needed
