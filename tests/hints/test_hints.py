"""What hints say of answers whose truth is known, and the words they read."""

from __future__ import annotations

import pytest

from cosmos_compare.hints.events import events_hint, interval_iou
from cosmos_compare.hints.format import format_hint
from cosmos_compare.hints.of_answer import asked_for, hints_of
from cosmos_compare.hints.records import Hint
from cosmos_compare.hints.truth import Truth, truth_of
from cosmos_compare.records.ground_truth import EventTruth, GroundTruth, ObjectTruth, RiskTruth
from cosmos_compare.records.schema import Finish
from cosmos_compare.texts.answers import read_answer
from cosmos_compare.texts.facts import facts_of

WRITTEN = GroundTruth(
    objects={
        "pedestrian": ObjectTruth(present=True, count_min=1),
        "truck": ObjectTruth(present=True),
        "traffic_light": ObjectTruth(present=False),
        "car": ObjectTruth(present=False),
    },
    events=(
        EventTruth(label="a pedestrian starts to cross", start=2.75, end=6.75, critical=True, tolerance=0.5),
        EventTruth(label="the ego vehicle comes to a stop", start=3.25, end=7.0, tolerance=1.0),
    ),
    risk=RiskTruth(level="medium", reason="a pedestrian is crossing the road"),
    expected_action="slow down / yield to the pedestrian",
    absent=("cyclist", "rain", "collision"),
)
TRUTH = truth_of(WRITTEN)
ALL = "Describe the objects, the risk, when events happen and what the car should do."


def hints(answer: str, question: str = ALL, truth: Truth = TRUTH) -> dict[str, Hint]:
    return {hint.name: hint for hint in hints_of(read_answer(answer), truth, question)}


def test_a_truth_is_read_by_the_lexicon() -> None:
    assert TRUTH.present == ("pedestrian", "truck")
    assert TRUTH.absent == ("traffic light", "car", "cyclist"), "rain and collisions are no objects"
    assert TRUTH.critical == ("pedestrian",)
    assert (TRUTH.risk, TRUTH.actions) == ("medium", ("slow", "yield"))


def test_a_right_answer() -> None:
    found = hints(
        "A pedestrian starts to cross at 2.8 s, a truck waits, no cyclist. We come to a stop at 4 s. "
        "The risk is medium; the car should slow down and yield."
    )
    assert {name: hint.level for name, hint in found.items()} == dict.fromkeys(
        ("objects", "unsupported", "risk", "action", "events"), 2
    )
    assert found["objects"].measures["recall"] == found["objects"].measures["precision"] == 1
    assert found["objects"].measures["denied_absent"] == 1
    assert found["events"].measures["hit"] == 2


def test_each_hint_names_the_words_it_read() -> None:
    answer = "Un piéton traverse à 2,8 s. Le danger est faible ; il faut accélérer, non : il faut continuer."
    found = hints(answer)
    words = {(hint.name, each.kind): each.words for hint in found.values() for each in hint.findings}
    assert words["objects", "found"] == "piéton"
    assert words["risk", "under-estimated"] == "danger est faible"
    assert words["action", "other"] == "continuer"
    assert words["events", "hit"] == "Un piéton traverse à 2,8 s."
    for hint in found.values():
        for each in hint.findings:
            assert each.span is None or each.span.of(answer).strip(), each


@pytest.mark.parametrize(
    ("answer", "level", "recall", "kinds"),
    [
        ("A pedestrian crosses.", 1, 0.5, {"found", "missed"}),
        ("A truck waits.", 0, 0.5, {"found", "missed"}),
        ("There is no pedestrian, only a truck.", 0, 0.5, {"found", "denied"}),
        ("A truck waits. A pedestrian may be hidden.", 0, 0.5, {"found", "hedged"}),
        ("A child runs out; a lorry waits.", 2, 1.0, {"found"}),
        ("Un piéton et un poids lourd.", 2, 1.0, {"found"}),
        ("A pedestrian and a vehicle.", 2, 1.0, {"found"}),
    ],
)
def test_objects_that_are_there(answer: str, level: int, recall: float, kinds: set[str]) -> None:
    hint = hints(answer)["objects"]
    assert (hint.level, hint.measures["recall"]) == (level, recall)
    assert {each.kind for each in hint.findings} == kinds


@pytest.mark.parametrize(
    ("answer", "level", "unsupported", "unknown"),
    [
        ("A pedestrian and a cyclist.", 0, 1, 0),
        ("A pedestrian, no cyclist.", 2, 0, 0),
        ("A pedestrian; a cyclist may follow.", 2, 0, 0),
        ("A pedestrian and a dog.", 2, 0, 1),
        ("A taxi passes.", 0, 1, 0),
        ("An oncoming car passes a pedestrian.", 0, 1, 0),
    ],
)
def test_objects_that_are_not_there(answer: str, level: int, unsupported: int, unknown: int) -> None:
    hint = hints(answer)["unsupported"]
    assert (hint.level, hint.measures["unsupported"], hint.measures["not_known"]) == (level, unsupported, unknown)


def test_what_the_truth_does_not_list_is_not_known() -> None:
    hint = hints("A dog runs.")["unsupported"]
    assert hint.level is None and "tells of none" in hint.why
    assert [each.kind for each in hint.findings] == ["not known"]


@pytest.mark.parametrize(
    ("answer", "level", "distance", "under"),
    [
        ("The risk is medium.", 2, 0, 0),
        ("The risk is low to medium.", 1, 0.5, 0.5),
        ("The risk is high.", 1, 1, 0),
        ("The risk is low.", 1, 1, 1),
        ("There is no risk.", 0, 2, 2),
        ('{"risk_level": "high"}', 1, 1, 0),
    ],
)
def test_distance_of_risk_and_playing_it_down(answer: str, level: int, distance: float, under: float) -> None:
    hint = hints(answer)["risk"]
    assert (hint.level, hint.measures["distance"], hint.measures["under"]) == (level, distance, under)


def test_a_kind_that_is_neither_asked_for_nor_told_says_nothing() -> None:
    found = hints("The road is wet.", "How is the weather?")
    assert {hint.level for hint in found.values()} == {None}
    assert hints("The risk seems fine.", "How high is the risk?")["risk"].level == 0, "it was asked for"
    assert hints("The risk is medium.", "How is the weather?")["risk"].level == 2, "it was told"
    assert "contradict" in hints("The risk is low. The risk is high.")["risk"].why


@pytest.mark.parametrize(
    ("answer", "level"),
    [
        ("The car should yield.", 2),
        ("The car should slow down and stop.", 2),
        ("The car should stop.", 1),
        ("The car should keep its speed.", 0),
        ("Il faut céder le passage.", 2),
        ("The car should not slow down.", 0),
    ],
)
def test_actions(answer: str, level: int) -> None:
    assert hints(answer)["action"].level == level


@pytest.mark.parametrize(
    ("answer", "level", "hit", "overlap"),
    [
        ("A pedestrian starts to cross at 3.0 s.", 2, 1, None),
        ("A pedestrian starts to cross at 5.0 s.", 1, 0, None),
        ("At 2.75 s a car brakes.", 0, 0, None),
        ("Le piéton traverse de 2,75 à 6,75 s.", 2, 1, 1.0),
        ('[{"start": 2.5, "end": 4.75, "event": "pedestrian crossing"}]', 2, 1, 2.0 / 4.25),
        ('{"key_event": "a pedestrian starts to cross", "key_event_time": 2.8}', 2, 1, None),
        ("Nothing happens.", 0, 0, None),
    ],
)
def test_events(answer: str, level: int, hit: int, overlap: float | None) -> None:
    hint = hints(answer)["events"]
    assert (hint.level, hint.measures["hit"]) == (level, hit)
    assert hint.measures["temporal_iou"] == (None if overlap is None else pytest.approx(overlap))


def test_a_model_that_counts_from_its_first_frame() -> None:
    facts = facts_of(read_answer("A pedestrian starts to cross at 0.8 s."))
    assert events_hint(facts, TRUTH, True, begin=2.0).measures["hit"] == 1
    assert events_hint(facts, TRUTH, True).measures["hit"] == 0


def test_the_order_score_falls_when_events_are_told_in_the_wrong_order() -> None:
    right = hints("A pedestrian starts to cross at 2.75 s. We come to a stop at 3.25 s.")["events"]
    swapped = hints("We come to a stop at 2.75 s. A pedestrian starts to cross at 3.25 s.")["events"]
    assert right.measures["order_score"] == pytest.approx(1)
    assert 0 < (swapped.measures["order_score"] or 0) < 0.6


@pytest.mark.parametrize(
    ("a", "b", "iou"), [((0, 2), (1, 3), 1 / 3), ((0, 1), (2, 3), 0), ((1, 2), (2, 1), 0), ((0, 4), (1, 2), 0.25)]
)
def test_overlap_of_intervals(a: tuple[float, float], b: tuple[float, float], iou: float) -> None:
    assert interval_iou(a, b) == pytest.approx(iou)


@pytest.mark.parametrize(
    ("answer", "finish", "question", "kinds"),
    [
        ("A car brakes on the wet road in front of us.", "stop", "What happens?", []),
        ('{"risk": "low"}', "stop", "Answer with JSON only.", []),
        ("A car brakes.", "stop", "Answer with JSON only.", ["unreadable JSON"]),
        ('Here: {"risk": "low"}', "stop", "Answer with JSON only.", ["prose beside JSON"]),
        ('{"risk": "low"', "length", "Answer with JSON.", ["cut", "mended JSON"]),
        ("The car brakes. " * 30, "length", "What happens?", ["loop"]),
        ("<think>I look", "length", "What happens?", ["cut", "no answer"]),
        ("La voiture devant nous freine et le piéton traverse la route.", "stop", "What happens?", ["other language"]),
        ("La voiture devant nous freine et le piéton traverse la route.", "stop", "Que se passe-t-il ?", []),
        ("The car in front of us brakes and a man crosses.", "stop", "Que se passe-t-il ? Réponds en anglais.", []),
        ("汽车在前面刹车。行人过马路。 一 二 三 四 五 六 七 八", "stop", "What happens?", ["other language"]),
        ("I'm sorry, but I can't view the video you mention here.", "stop", "What happens?", ["refusal"]),
        ("Je suis désolé, je ne peux pas voir la vidéo que vous montrez.", "stop", "Que vois-tu ?", ["refusal"]),
    ],
)
def test_the_form_of_an_answer(answer: str, finish: Finish, question: str, kinds: list[str]) -> None:
    hint = format_hint(read_answer(answer), finish, question)
    assert [each.kind for each in hint.findings] == kinds
    assert (hint.level == 2) == (not kinds)


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("How high is the risk for the ego vehicle: none, low, medium or high?", {"risk"}),
        ("What should the ego vehicle do next?", {"action"}),
        ("When does the light turn red?", {"events"}),
        ("Quels objets sont critiques ?", {"objects"}),
        ("List the events of this clip in order.", {"events", "objects"}),
        ("How is the weather?", set()),
    ],
)
def test_what_a_question_asks_for(question: str, kinds: set[str]) -> None:
    assert asked_for(question) == kinds


def test_a_truth_that_tells_two_kinds_of_car_apart() -> None:
    written = GroundTruth(objects={"oncoming car": ObjectTruth(present=True), "car": ObjectTruth(present=False)})
    both = GroundTruth(objects={"oncoming car": ObjectTruth(present=True), "car": ObjectTruth(present=True)})
    assert hints("An oncoming car passes.", truth=truth_of(written))["unsupported"].level == 2
    assert hints("A car passes.", truth=truth_of(written))["unsupported"].level is None, "either may be meant"
    assert hints("An oncoming car passes.", truth=truth_of(both))["objects"].measures["recall"] == 0.5
    plain = truth_of(GroundTruth(objects={"car": ObjectTruth(present=True)}))
    assert hints("An oncoming car passes.", truth=plain)["objects"].measures["recall"] == 1
    assert hints("A parked van stands there.", truth=plain)["objects"].measures["recall"] == 1
    assert hints("A parked van stands there.", truth=plain)["unsupported"].level == 2


def test_what_is_absent_in_some_way_is_not_absent_altogether() -> None:
    """`moving vehicle` stands among what is absent from a street of parked cars."""
    truth = truth_of(
        GroundTruth(objects={"car": ObjectTruth(present=True)}, absent=("moving vehicle", "zebra crossing"))
    )
    assert truth.absent == ("crosswalk",)
    assert hints("A vehicle stands at the kerb.", truth=truth)["unsupported"].level == 2
