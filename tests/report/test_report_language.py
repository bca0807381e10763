"""Every word of a report comes from the catalogue: in a language of one letter nothing English is left but data."""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from conftest import write_clip
from rating_pages import pairs_in, rate
from report_samples import TRUTH, answer_study, judge_all, material, write_study

from cosmos_compare import language
from cosmos_compare.effort.book import Said, say
from cosmos_compare.ratings.arms import ArmChoice
from cosmos_compare.report.document import document
from cosmos_compare.report.markdown import markdown
from cosmos_compare.runs.store import Store

LETTER = "ж"
# What is data or a name in every language.
DATA = re.compile(
    r"[0-9a-f]{12,64}|\d{8}T\d{6}Z-\w+|local-\w+|nvidia/\S+|Cosmos-Reason\w*(?:-\w+)?|cosmos[- ]compare|reason[12]|"
    r"--\w+|[\w.]+\.(?:csv|json|html)|SHA-256|Krippendorff's|Gwet's AC2|scene_\d|"
    r"\b(?:segment|anna|bert|zoe|report|bfloat16|float32|cpu|vp9|h264|numpy|torch|torchvision|python|transformers|"
    r"qwen-vl-utils|av|opencv-python-headless|kB|MB|GB|temperature|top p|top k|presence penalty|repetition penalty|"
    r"max new tokens|ask|blank)\b"
)


class OneLetter(gettext.NullTranslations):
    """Every letter of a message is the same one; its blanks stay."""

    def gettext(self, message: str) -> str:
        return "".join(
            part if part.startswith("{") else re.sub(r"[A-Za-z]", LETTER, part)
            for part in re.split(r"(\{[^}]*\})", message)
        )

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


@pytest.fixture
def one_letter(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(language, "_catalogue", lambda name: OneLetter())
    with language.speaking("fr"):
        yield


def test_no_word_of_a_report_goes_past_the_catalogue(tmp_path: Path, one_letter: None) -> None:
    clips, outputs = tmp_path / "clips", tmp_path / "outputs"
    for number in range(8):
        (clips / f"scene_{number}").mkdir(parents=True)
        write_clip(clips / f"scene_{number}" / "segment.webm", seconds=1.0, fps=8, size=(96, 64))
        (clips / f"scene_{number}" / "ground_truth.yaml").write_text(TRUTH, encoding="utf-8")
    with language.speaking("en"):
        answer_study(write_study(tmp_path, clips, conditions="[clip, blank]"), outputs)
        judge_all(outputs, a=1, b=2, notes="ask")
        judge_all(outputs, a=1, b=1, arms=[ArmChoice(model, condition="blank") for model in ("reason1", "reason2")])
        rate(outputs, pairs_in(outputs)[0], "zoe", [2, 1, 0, None, 0, 1, 2], [0] * 7, "both_bad")
        say(outputs, "reason1", {"weights": Said(grade="high", comment="ask")})
        store = Store(outputs)
        store.delete(store.rows()[-1])
    told = material(outputs)
    page = re.sub(r"<style>.*?</style>|<[^>]+>", " ", document(told).decode(), flags=re.DOTALL)
    for text in (unescape(page), markdown(told).decode()):
        left = DATA.sub("", _without_data(text))
        found = sorted(set(re.findall(r"[A-Za-z]{2,}(?:[ ,'][A-Za-z]+)*", left)))
        assert not found, " | ".join(found)


def _without_data(text: str) -> str:
    """The text without answers, prompts and what a ground truth says."""
    answers = [r"A car brakes at 0\.5 s, says reason\d of \w+\.", r"What is there \(ask\)\?", r"\bcar\b"]
    truths = ["a street", "a pedestrian steps out", "pedestrian", "it is near", "stop", "high"]
    for data in answers + truths:
        text = re.sub(data, "", text)
    return text
