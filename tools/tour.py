"""Take the pictures of the tour from the running app, in each language, and write docs/TOUR*.md around them.

    python tools/tour.py              both tours anew: answers of the demo models in a folder that is then deleted,
                                      ratings of two invented people, a server, a browser (some minutes without a GPU)
    python tools/tour.py --texts      the pages only, round the pictures that are there
    python tools/tour.py --keep DIR   keep the answers in DIR and take them from there the next time

What is asked and rated is the same each time, so that a picture changes only where the program does.
"""

from __future__ import annotations

import argparse
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from cosmos_compare.ratings import scorecard
from cosmos_compare.ratings.judgement import Choice, judge
from cosmos_compare.ratings.pairs import Pair, find_pairs, left_run, model_pairs
from cosmos_compare.records.schema import AXES
from cosmos_compare.report.pdf import browser as chromium
from cosmos_compare.runs.index import list_runs

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "tour"
SIZE = {"width": 1280, "height": 720}
MOST_BYTES = 150_000
QUALITY = 82  # of WebP
PROMPT = ROOT / "prompts" / "driving.yaml"
RATERS = ("anna", "bert")
SCENARIO = "scenario_02"
WAIT_MS = 60_000


class Stop(NamedTuple):
    """One picture: its name, and what stands below it in each language."""

    name: str
    en: str
    fr: str


STOPS = (
    Stop(
        "start",
        "The first start: the bundled clips on the left, a prompt, and what each model will see of the clip.",
        "Le premier démarrage : les clips fournis à gauche, un prompt, et ce que chaque modèle verra du clip.",
    ),
    Stop(
        "answers",
        "Run asks both models about the same frames; their answers grow side by side and are kept with all that made "
        "them.",
        "Lancer pose la question aux deux modèles sur les mêmes images ; les réponses s’écrivent côte à côte et sont "
        "gardées avec tout ce qui les a déterminées.",
    ),
    Stop(
        "timeline",
        "Truth and claims on one clock, below the clip, and in words where the answers agree, differ or contradict it.",
        "La vérité et les affirmations sur une même horloge, sous le clip, et en mots là où les réponses s’accordent, "
        "diffèrent ou la contredisent.",
    ),
    Stop(
        "inputs",
        "What each model saw: its frames, sizes, tokens, prompt and sampling, and how they differ.",
        "Ce que chaque modèle a vu : ses images, tailles, tokens, prompt et échantillonnage, et leurs différences.",
    ),
    Stop(
        "presenter",
        "For a projector: a large clip, what is true and what each model says; the arrow keys go through the "
        "scenarios.",
        "Pour un projecteur : un grand clip, ce qui est vrai et ce que dit chaque modèle ; les flèches passent d’un "
        "scénario à l’autre.",
    ),
    Stop(
        "lab",
        "The lab: scenarios × models × prompts as one study, with what every answer states and whether it is right.",
        "Le labo : scénarios × modèles × prompts en une étude, avec ce que chaque réponse affirme et si c’est juste.",
    ),
    Stop(
        "rate",
        "Rate: two answers without names, seven axes and a verdict, by keyboard, one pair after the other.",
        "Noter : deux réponses sans nom, sept axes et un verdict, au clavier, une paire après l’autre.",
    ),
    Stop(
        "scorecard",
        "The scorecard: the table that teams keep, to filter, to edit one’s own rows in, and to download.",
        "La table des notations : celle que tiennent les équipes, à filtrer, à corriger pour ses propres lignes, et à "
        "télécharger.",
    ),
    Stop(
        "results",
        "Results: what the ratings show, for whom, how sure that is, and in words where it is not enough.",
        "Résultats : ce que montrent les notations, pour qui, avec quelle certitude, et en mots là où cela ne suffit "
        "pas.",
    ),
    Stop(
        "report",
        "The report: one file for those who decide, which opens anywhere and says what it does not prove.",
        "Le rapport : un seul fichier pour qui décide, qui s’ouvre partout et dit ce qu’il ne prouve pas.",
    ),
)
TITLES = {"en": "A tour", "fr": "Une visite"}
OPENINGS = {
    "en": "Ten pictures, from the first start to the report. `python tools/tour.py` takes them from the running app; "
    "the answers are those of the two bundled demo models, the ratings are invented. *[En français](TOUR.fr.md)*",
    "fr": "Dix images, du premier démarrage au rapport. `python tools/tour.py` les prend de l’application en marche ; "
    "les réponses sont celles des deux modèles de démonstration fournis, les notations sont inventées. "
    "*[In English](TOUR.md)*",
}


def page_of(language: str) -> Path:
    """The tour's page in a language."""
    return ROOT / "docs" / ("TOUR.md" if language == "en" else f"TOUR.{language}.md")


def text_of(language: str) -> str:
    """That page, whole."""
    parts = [f"# {TITLES[language]}", OPENINGS[language]]
    for number, stop in enumerate(STOPS, 1):
        words = getattr(stop, language)
        parts.append(f"{number}. {words}\n\n   ![{words}](tour/{language}/{stop.name}.webp)")
    return "\n\n".join(parts) + "\n"


def fill(outputs: Path) -> None:
    """Answers of both demo models to one prompt on the bundled clips, and the ratings of two invented people."""
    os.environ["COSMOS_COMPARE_OUTPUTS"] = str(outputs)
    ask = [sys.executable, "-m", "cosmos_compare", "batch", "--prompt", str(PROMPT)]
    subprocess.run([*ask, "--models", "reason1-demo", "reason2-demo"], check=True, cwd=ROOT)
    if not scorecard.read(outputs).columns["rater"]:
        pairs = all_pairs(outputs)
        for pair in pairs:
            for rater in RATERS if pair != pairs[-1] else RATERS[1:]:  # anna has one left to rate
                rate(outputs, pair, rater)


def all_pairs(outputs: Path) -> list[Pair]:
    """The pairs of all answers."""
    rows = list_runs(outputs)
    return [pair for models in model_pairs(rows) for pair in find_pairs(rows, models)]


def rate(outputs: Path, pair: Pair, rater: str) -> None:
    """Marks by lot, always the same lot, that lean to the second model."""
    lots = random.Random(f"{rater} {pair.scenario}")  # noqa: S311  nothing secret
    a = {axis: lots.choices((0, 1, 2), (3, 4, 3))[0] for axis in AXES}
    b = {axis: lots.choices((0, 1, 2), (1, 3, 6))[0] for axis in AXES}
    sums = sum(a.values()), sum(b.values())
    verdict: Choice = "tie" if sums[0] == sums[1] else "a" if sums[0] > sums[1] else "b"
    created = f"2026-11-26T09:{lots.randrange(60):02}:00Z"
    left = left_run(rater, pair)
    scorecard.append(outputs, judge(pair, rater, a, b, verdict, blind=True, left=left, created=created))


@contextmanager
def served() -> Iterator[str]:
    """The app on a free port; yields its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "cosmos_compare", "app", "--port", str(port)]
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            wait_for(f"{address}/_stcore/health")
            yield address
        finally:
            server.terminate()


def wait_for(address: str) -> None:
    """Until a server answers; a minute at most."""
    for _ in range(240):
        try:
            with urllib.request.urlopen(address, timeout=1):  # noqa: S310  our own server
                return
        except OSError:
            time.sleep(0.25)
    raise TimeoutError(f"{address} does not answer")


class Camera:
    """Takes one language's pictures."""

    def __init__(self, browser: Browser, address: str, outputs: Path, language: str) -> None:
        self.address, self.outputs, self.language = address, outputs, language
        self.context = browser.new_context(viewport=SIZE, locale=language, color_scheme="light")  # type: ignore[arg-type]
        self.context.set_default_timeout(WAIT_MS)
        self.page: Page = self.context.new_page()

    def open(self, path: str, ready: str) -> None:
        """Go to a page and wait for what a selector finds, and until nothing is being computed."""
        self.page.goto(f"{self.address}/{path}")
        self.page.locator(ready).first.wait_for()
        self.settle()

    def settle(self) -> None:
        """Wait until the page stands still: no run of the script, nothing that fades."""
        self.page.wait_for_selector('[data-testid="stStatusWidget"]', state="detached")
        self.page.evaluate("document.fonts.ready")
        before = b""
        while (now := self.page.screenshot(animations="disabled")) != before:
            before = now
            self.page.wait_for_timeout(500)

    def take(self, name: str) -> None:
        """Keep what is seen, as WebP."""
        png = self.page.screenshot(animations="disabled", caret="hide")
        image = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
        done, data = cv2.imencode(".webp", image, [cv2.IMWRITE_WEBP_QUALITY, QUALITY])
        if not done or len(data) > MOST_BYTES:
            raise ValueError(f"{name}: {len(data):,} bytes, more than {MOST_BYTES:,}")
        target = PICTURES / self.language / f"{name}.webp"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data.tobytes())
        print(f"{target.relative_to(ROOT)}: {len(data):,} bytes")

    def below(self, selector: str) -> None:
        """Scroll to a part of the page, and a little above it."""
        self.page.locator(selector).first.evaluate("node => node.scrollIntoView({block: 'start'})")
        self.page.mouse.move(640, 360)
        self.page.mouse.wheel(0, -70)
        self.page.mouse.move(2, 2)  # what lies under it would be marked
        self.settle()


def compare(camera: Camera, runs: str) -> None:
    """The stops on Compare: before a run, answers, the timeline, what each model saw, the presenter's view."""
    page = camera.page
    camera.open("?prompt=risk&scenario=" + SCENARIO, ".st-key-answer_1")
    camera.take("start")
    camera.open(f"?runs={runs}", ".st-key-text_1 .answer")
    camera.take("answers")
    camera.below(".lanes")
    camera.take("timeline")
    page.locator(".st-key-seen summary").click()
    page.locator("img.whole").first.wait_for()
    camera.below(".st-key-seen")
    camera.take("inputs")
    camera.open(f"?runs={runs}&present=1", ".st-key-presenter")
    camera.take("presenter")


def others(camera: Camera) -> None:
    """The lab, rating, scorecard, results and the report."""
    page = camera.page
    camera.open("lab", '[data-testid="stDataFrame"]')
    camera.take("lab")
    camera.open(f"rate?rater={RATERS[0]}", ".marks.here")
    for key in "210X21":
        page.keyboard.press(key)
    camera.settle()
    camera.take("rate")
    camera.open(f"rate?rater={RATERS[1]}", ".st-key-pages")
    camera.open("scorecard", '[data-testid="stDataFrame"]')
    camera.take("scorecard")
    camera.open("results", ".js-plotly-plot .main-svg")
    camera.take("results")
    report = camera.outputs / f"report.{camera.language}.html"
    command = [sys.executable, "-m", "cosmos_compare", "report", str(report), "--lang", camera.language]
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    page.goto(report.as_uri())
    camera.page.wait_for_load_state("load")
    camera.take("report")


def photograph(outputs: Path) -> None:
    """All pictures of both languages."""
    pair = next(pair for pair in all_pairs(outputs) if pair.scenario == SCENARIO)
    runs = ",".join(row.id for row in sorted((pair.a, pair.b), key=lambda row: row.model))
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        for language in TITLES:
            camera = Camera(browser, address, outputs, language)
            compare(camera, runs)
            others(camera)
            camera.context.close()
        browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--texts", action="store_true", help="write the pages only")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the answers there")
    args = parser.parse_args()
    for language in TITLES:
        page_of(language).write_text(text_of(language), encoding="utf-8")
    if args.texts:
        return
    with tempfile.TemporaryDirectory() as folder:
        outputs = (args.keep or Path(folder) / "outputs").absolute()
        fill(outputs)
        photograph(outputs)


if __name__ == "__main__":
    main()
