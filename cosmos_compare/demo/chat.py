"""The prompt as the real processors write it, built without them; a test holds the two equal token for token."""

from dataclasses import dataclass

from cosmos_compare.demo.answers_text import Manner

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
# Where and how reasoning is asked for, as in data/models.yaml.
REASONING: dict[Manner, str] = {
    "driver": "First reason step by step, then answer. Write exactly this form:\n<think>\nyour reasoning\n</think>\n\n"
    "<answer>\nyour answer\n</answer>",
    "analyst": "First reason step by step, then answer. Write exactly this form:\n<think>\nyour reasoning\n</think>\n\n"
    "Put your answer right after the closing think tag.",
}
DEFAULT_SYSTEM: dict[Manner, str] = {
    "driver": "You are a helpful assistant. Answer in the language of the question.",
    "analyst": "You are a helpful assistant.",
}


@dataclass(frozen=True)
class Video:
    """What the prompt must know of the frames: seconds of each, and visual tokens of each pair."""

    seconds: tuple[float, ...]
    tokens: int


def prompt(manner: Manner, system: str, question: str, video: Video, reasoning: bool) -> str:
    """Everything up to the answer. An empty system turn becomes the model's default, as the program does."""
    system = system.strip() or DEFAULT_SYSTEM[manner]
    question = question.strip()
    if reasoning and manner == "driver":
        system = f"{system}\n\n{REASONING[manner]}".strip()
    elif reasoning:
        question = f"{question}\n\n{REASONING[manner]}".strip()
    return (
        f"<|im_start|>system\n{system}<|im_end|>\n<|im_start|>user\n{frames(manner, video)}{question}<|im_end|>\n"
        "<|im_start|>assistant\n"
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
