"""Blind rating: hide in a text what tells which model wrote it. Pure; what is stored never changes.

Masked are the names that are given, in any case and with any or no separators, the words of the model families that
models call themselves by, and the tags of their formats. A word too many may be masked, on both sides alike.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from cosmos_compare.records.schema import ModelSpec

MASK = "▇▇▇"

# What models say they are, or who made them; whole words in any case, the first ones with any version number.
_VERSIONED = ("Qwen", "GPT", "ChatGPT", "LLaMA", "LLaVA", "InternVL", "DeepSeek", "Cosmos", "Cosmos Reason")
_MAKERS = ("NVIDIA", "Nemotron", "Tongyi", "Alibaba", "Alibaba Cloud", "OpenAI", "Anthropic", "Mistral")
_VERSION = r"(?:[ \u00a0_-]?v?\d+(?:\.\d+)*[a-z]?)?"
_GAP = r"[\s\u00a0._\-\u2010-\u2015/]{0,3}"
_NEXT = r"[ \u00a0_/\-\u2010-\u2015]{0,2}"  # between a name and more of it; not over the end of a sentence
_SPOKEN = {"1": "one", "2": "two", "3": "three", "4": "four"}
_SIZE = re.compile(r"\d+(?:\.\d+)?b", re.IGNORECASE)
_KINDS = rf"(?:{_NEXT}(?:\d+(?:\.\d+)?b|vl|vlm|instruct|thinking))*"
_TAGS = re.compile(
    r"<\s*[/\\]?\s*(?:think|thinking|answer|reasoning|response)\s*[/\\]?\s*>"  # <think>, </answer>, <think\>
    r"|<\|[^|<>\n]{0,40}\|>"  # <|im_end|>
    r"|<\s*[/\\]?\s*[a-z|_]{0,12}\s*\Z",  # a tag that the end of the text cuts
    re.IGNORECASE,
)
_STAMPS = re.compile(r"<\s*(\d+(?:\.\d+)?\s*s(?:ec(?:ond)?s?)?)\s*>", re.IGNORECASE)  # <12.3 seconds>


def giveaways(spec: ModelSpec) -> tuple[str, str, str]:
    """The texts by which a model can be told: its name, its label and where it comes from."""
    return spec.name, spec.label, spec.source


def mask(text: str, names: Iterable[str]) -> str:
    """The text without tags, and with a mask in place of every name, given as `giveaways` gives them.

    Give the names of both models for both texts, so that the one is not told by the mask of the other.
    """
    while (shorter := _TAGS.sub("", text)) != text:  # one tag gone may join the halves of another
        text = shorter
    return _pattern(tuple(sorted(set(names)))).sub(MASK, _STAMPS.sub(r"\1", text)).strip()


@lru_cache(maxsize=64)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    """One pattern for all names, longest first; names in a row count as one, so that masks are alike in length."""
    terms = {term for name in names for term in _terms(name)}
    terms |= {_spelling(word) + _VERSION for word in _VERSIONED} | {_spelling(word) for word in _MAKERS}
    one = f"(?:{'|'.join(sorted(terms, key=len, reverse=True))}){_KINDS}"
    return re.compile(rf"(?<![^\W_]){one}(?:{_NEXT}{one})*(?![^\W_])", re.IGNORECASE)


def _terms(name: str) -> set[str]:
    """Patterns for a whole name, for the last part of a path, and for words with a digit in them, as in Reason1."""
    parts = [part for part in name.split("/") if part]
    words = [word for part in parts for word in re.split(r"[\s:_-]+", part)]
    telling = [text for text in [*parts, *words] if re.search(r"\d", text) and re.search(r"[^\W\d]", text)]
    return {_spelling(text) for text in [name, *parts[-1:], *telling] if re.search(r"\w", text)}


def _spelling(text: str) -> str:
    """A pattern for a name however it is spelled: its letters and digits, with or without something between."""
    if _SIZE.fullmatch(text):
        return re.escape(text)
    chunks = re.findall(r"[^\W\d_]+|\d+", text)
    return _GAP.join(f"(?:{chunk}|{_SPOKEN[chunk]})" if chunk in _SPOKEN else re.escape(chunk) for chunk in chunks)
