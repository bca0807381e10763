"""The prompt as the real processors write it, built without them; a test holds the two equal token for token."""

from dataclasses import dataclass
from functools import cache

from cosmos_compare.catalogue.models import load_models
from cosmos_compare.demo.words.asked import Manner
from cosmos_compare.prompts import messages
from cosmos_compare.records.schema import ModelSpec, Prompt

# ChatML: turns between im_start and im_end, media before text, as both model families were taught.
TEMPLATE = """\
{%- for message in messages -%}
<|im_start|>{{ message.role }}
{% if message.content is string %}{{ message.content }}{% else %}{% for part in message.content -%}
{%- if part.type == 'video' %}<|vision_start|><|video_pad|><|vision_end|>
{%- elif part.type == 'image' %}<|vision_start|><|image_pad|><|vision_end|>
{%- else %}{{ part.text }}{% endif -%}
{%- endfor -%}{%- endif %}<|im_end|>
{% endfor -%}
{%- if add_generation_prompt %}<|im_start|>assistant
{% endif -%}
"""
START, END, PAD = "<|vision_start|>", "<|vision_end|>", "<|video_pad|>"
# Hidden in text. The tags of reasoning are not: they are read in the answer.
SPECIAL = (
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|vision_pad|>",
    "<|image_pad|>", "<|video_pad|>",
)  # fmt: skip
TAGS = ("<think>", "</think>", "<answer>", "</answer>")
NAMES: dict[Manner, str] = {"driver": "reason1-demo", "analyst": "reason2-demo"}


@dataclass(frozen=True)
class Video:
    """What the prompt must know of the frames: seconds of each, and visual tokens of each pair."""

    seconds: tuple[float, ...]
    tokens: int


@cache
def entry(manner: Manner) -> ModelSpec:
    """The model's entry in the list: its default system turn, and where and how reasoning is asked for."""
    return load_models()[NAMES[manner]]


def prompt(manner: Manner, system: str, question: str, video: Video, reasoning: bool) -> str:
    """Everything up to the answer, the turns put together as the program does."""
    asked = Prompt(name="training", system_prompt=system, user_prompt=question, reasoning=reasoning)
    turns = messages(asked, entry(manner), {})
    return (
        f"<|im_start|>system\n{turns.system}<|im_end|>\n<|im_start|>user\n{frames(manner, video)}{turns.user}"
        "<|im_end|>\n<|im_start|>assistant\n"
    )


def frames(manner: Manner, video: Video) -> str:
    """The visual part: one run of tokens for the driver, a time and a run for each pair for the analyst."""
    pairs = list(zip(video.seconds[::2], video.seconds[1::2], strict=True))
    if manner == "driver":
        return START + PAD * (video.tokens * len(pairs)) + END
    return "".join(
        f"<{(round(a * 1000) / 1000 + round(b * 1000) / 1000) / 2:.1f} seconds>{START}{PAD * video.tokens}{END}"
        for a, b in pairs
    )
