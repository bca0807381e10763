"""The demo models look: a small evaluation on held-out seeds, through processors and engine, on two cores."""

import dataclasses
import re

import cv2
import numpy as np
import pytest

from cosmos_compare.catalogue.models import resolve_models
from cosmos_compare.demo import bundled, render
from cosmos_compare.demo.evaluation import asking
from cosmos_compare.demo.evaluation.marks import Tally, mentions, says
from cosmos_compare.demo.evaluation.measuring import DESCRIBE, SUMMARY
from cosmos_compare.demo.words.phrases import ADVICE, RISK
from cosmos_compare.demo.words.phrases_facts import BEYOND
from cosmos_compare.demo.world.picture import Painter

HELD_OUT = (2001, 2004, 2008, 2011, 2014, 2021, 2027, 2033)  # seeds of the space that is never trained on


@pytest.fixture(scope="module")
def models():
    return {spec.name: asking.Model(spec) for spec in resolve_models(["reason1-demo", "reason2-demo"])}


@pytest.fixture(scope="module")
def clips(models):
    """The bundled clips from their files."""
    return asking.cases(bundled.FOLDER, [model.spec for model in models.values()], 4.0)


@pytest.fixture(scope="module")
def drawn(clips):
    """Held-out seeds, drawn at the size of a file; encoding them too would take the minute that there is."""
    made = []
    for seed in HELD_OUT:
        scene, view, found = render.find_scene(seed, 6.0)
        painter = Painter(scene, 640, 360, smooth=True)
        frames = [cv2.cvtColor(painter.frame(float(t)), cv2.COLOR_BGR2RGB) for t in view.times]
        truth = dataclasses.replace(clips[0].truth, objects=frozenset(seen.kind for seen in found.objects))
        made.append((frames, truth))
    return made


def recall(model, case, frames, truth, tally) -> None:
    height, width = case.frames.for_model(model.spec).shape[1:3]
    images = np.stack([cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA) for frame in frames])
    tally.summary(model.ask(case, SUMMARY, images).raw, truth)


@pytest.mark.parametrize("name", ["reason1-demo", "reason2-demo"])
def test_a_demo_model_sees_what_it_never_trained_on_and_nothing_in_the_dark(name, models, clips, drawn) -> None:
    model = models[name]
    case = next(case for case in clips if len(case.frames.times.seconds) == 24)
    seen, blank = Tally(), Tally()
    for frames, truth in drawn:
        recall(model, case, frames, truth, seen)
        recall(model, case, [np.zeros_like(frame) for frame in frames], truth, blank)
    assert seen.marks()["object_recall"] >= 0.9
    assert seen.marks()["object_precision"] >= 0.9
    assert (blank.marks()["object_recall"] or 0.0) <= 0.35


@pytest.mark.parametrize("name", ["reason1-demo", "reason2-demo"])
def test_a_demo_model_is_right_about_the_bundled_clips(name, models, clips) -> None:
    tally = Tally()
    for case in clips:
        tally.summary(models[name].ask(case, SUMMARY).raw, case.truth)
    marks = tally.marks()
    assert marks["object_recall"] >= 0.9
    assert marks["action_accuracy"] >= 0.85
    assert marks["unparsed"] == 0


@pytest.mark.parametrize(("seed", "seconds", "size"), [(14030, 14.0, (320, 240)), (14223, 16.0, (640, 360))])
def test_a_long_clip_and_one_of_another_shape_are_seen_as_well(seed, seconds, size, models, tmp_path) -> None:
    """Of a folder as `cosmos_compare.demo.render` writes it; what happens in it begins after the eighth second."""
    render.write_scenario(tmp_path / "scenario_01", seed, seconds, 24, size)
    (case,) = asking.cases(tmp_path, [model.spec for model in models.values()], 4.0)
    assert case.truth.event_time is not None
    assert case.truth.event_time > 8
    for model in models.values():
        tally = Tally()
        tally.summary(model.ask(case, SUMMARY).raw, case.truth)
        marks = tally.marks()
        assert marks["object_recall"] == marks["object_precision"] == marks["event_time_within_half_s"] == 1.0


def test_the_two_describe_every_bundled_clip_differently(models, clips) -> None:
    for case in clips:
        assert len({model.ask(case, DESCRIBE).raw.strip() for model in models.values()}) == 2


@pytest.mark.parametrize("name", ["reason1-demo", "reason2-demo"])
def test_a_french_question_gets_a_french_answer_that_is_right(name, models, clips) -> None:
    for case in clips[:3]:
        assert says(models[name].ask(case, "Quel est le risque ?").raw, RISK["fr"], case.truth.risk)
        assert says(models[name].ask(case, "Que doit faire la voiture ?").raw, ADVICE["fr"], case.truth.next)
        text = models[name].ask(case, "Que vois-tu ?").raw
        assert mentions(text) == case.truth.objects
        assert not set(re.findall(r"\w+", text.lower())) & {"the", "an", "ahead", "from"}


@pytest.mark.parametrize("name", ["reason1-demo", "reason2-demo"])
@pytest.mark.parametrize("text", ["Hello!", "asdf jkl", "Was siehst du?"])
def test_text_about_nothing_gets_a_description(name, text, models, clips) -> None:
    assert mentions(models[name].ask(clips[0], text).raw) == clips[0].truth.objects


@pytest.mark.parametrize("name", ["reason1-demo", "reason2-demo"])
@pytest.mark.parametrize(
    ("text", "language"),
    [("Write a poem about the sea.", "en"), ("3 + 4", "en"), ("Tell me a joke.", "en"), ("Raconte une blague.", "fr")],
)
def test_a_question_about_something_else_is_declined(name, text, language, models, clips) -> None:
    assert models[name].ask(clips[0], text).raw.strip() in BEYOND[language]


@pytest.mark.parametrize("name", ["reason1-demo", "reason2-demo"])
@pytest.mark.parametrize(
    "question",
    ["What's going on in this clip?", "I haven't seen it: what’s happening?", "Who's on the road? Don't be long."],
)
def test_an_apostrophe_does_not_make_a_question_french(name, question, models, clips) -> None:
    text = models[name].ask(clips[0], question).raw.lower()
    assert mentions(text) == clips[0].truth.objects
    assert not set(re.findall(r"\w+", text)) & {"une", "un", "le", "la", "piéton", "voiture"}
