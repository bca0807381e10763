"""Where two answers agree, contradict each other, or contradict the truth."""

from __future__ import annotations

from test_hints import TRUTH

from cosmos_compare.hints.differ import Differences, compare_facts
from cosmos_compare.hints.event_points import MOST_TURNED
from cosmos_compare.hints.points import about
from cosmos_compare.hints.truth import truth_of
from cosmos_compare.records.ground_truth import GroundTruth
from cosmos_compare.texts.answers import read_answer
from cosmos_compare.texts.facts import Facts, facts_of


def compared(a: str, b: str, with_truth: bool = True, begins: tuple[float, float] = (0.0, 0.0)) -> Differences:
    facts = (facts_of(read_answer(a)), facts_of(read_answer(b)))
    return compare_facts(facts, TRUTH if with_truth else None, begins)


def points(found: Differences) -> dict[tuple[str, str], bool]:
    return {(point.topic, point.about): point.differ for point in found.points}


def test_contradictions_and_the_truth() -> None:
    a = "A pedestrian crosses at 2.8 s. No truck. The risk is medium; the car should slow down."
    b = '{"objects": ["truck"], "risk": "low", "next_action": "keep speed", "crosswalk": "no", "pedestrian": false}'
    found = compared(a, b)
    assert {key: differ for key, differ in points(found).items() if differ} == {
        ("object", "pedestrian"): True,
        ("object", "truck"): True,
        ("risk", "risk"): True,
        ("action", "action"): True,
    }
    assert {point.about for point in found.against_truth(0)} == {"truck"}
    assert {point.about for point in found.against_truth(1)} == {"pedestrian", "risk", "action"}
    pedestrian = next(point for point in found.points if point.about == "pedestrian")
    first, second = pedestrian.claims
    assert first is not None and second is not None
    assert (first.sentence.of(a), first.span.of(a)) == ("A pedestrian crosses at 2.8 s.", "pedestrian")
    assert second.span.of(b) == "false"
    line = found.line(("One", "Two"), most=4)
    assert "They differ on pedestrian (One: there, Two: not there; true: there)" in line
    assert "Two contradicts the truth on pedestrian, risk, action." in line


def test_agreement_in_two_languages() -> None:
    found = compared("A truck waits. The risk is medium.", "Un camion attend. Le risque est moyen.")
    assert [point.about for point in found.agreeing] == ["truck", "risk"]
    assert not found.differing
    assert found.line().startswith("They contradict each other in nothing that was read. They agree on truck, risk.")


def test_not_to_name_a_thing_is_no_contradiction() -> None:
    found = compared("A truck waits.", "The risk is low.", with_truth=False)
    assert points(found) == {("object", "truck"): False, ("risk", "risk"): False}
    assert not found.agreeing


def test_ranges_that_touch_do_not_contradict() -> None:
    assert points(compared("The risk is low to medium.", "The risk is medium."))["risk", "risk"] is False
    assert points(compared("The risk is low.", "The risk is medium to high."))["risk", "risk"] is True


def test_counts() -> None:
    found = compared("Two cars wait.", "Three cars wait.", with_truth=False)
    assert points(found) == {("object", "car"): False, ("count", "car"): True}


def test_a_sentence_about_counts_does_not_contradict_itself() -> None:
    line = compared("Two cars wait.", "Three cars wait.", with_truth=False).line()
    assert line == "They differ on the number of “car” (A: 2, B: 3). They agree on car."


def test_fewer_than_there_are_contradicts_the_truth() -> None:
    truth = truth_of(GroundTruth.model_validate({"objects": {"pedestrian": {"present": True, "count_min": 3}}}))

    def wrong(raw: str) -> list[str]:
        found = compare_facts((facts_of(read_answer(raw)), Facts()), truth)
        return [about(point) for point in found.against_truth(0)]

    assert wrong("Two pedestrians cross.") == ["the number of “pedestrian”"]
    assert wrong('{"objects": [{"label": "pedestrian", "count": 1}]}') == ["the number of “pedestrian”"]
    assert wrong("Three pedestrians cross.") == wrong("Un piéton traverse, deux autres attendent.") == []
    assert wrong("One pedestrian crosses; others wait.") == [], "of the others it says no number"


def test_what_may_be_there_is_not_agreed_to_be_there() -> None:
    found = compared("There might be a bus.", "A bus waits.", with_truth=False)
    assert not found.agreeing and not found.differing


def test_long_lists_in_opposite_order_are_held_against_each_other_in_time() -> None:
    kinds = ("a pedestrian crosses", "the car brakes", "a truck turns", "the light turns red")
    there = " ".join(f"At {n} s {kinds[n % 4]}." for n in range(200))
    back = " ".join(f"At {n} s {kinds[-n % 4]}." for n in range(200))
    found = compared(there, back, with_truth=False)
    assert len([point for point in found.points if point.topic == "event order"]) <= MOST_TURNED


def test_event_times_and_order() -> None:
    a = "A pedestrian crosses at 2.8 s. The light turns red at 5.0 s."
    b = "Le feu passe au rouge à 1,0 s. Un piéton traverse à 3,0 s."
    found = compared(a, b)
    by_topic = {(point.topic, point.differ) for point in found.points if point.topic.startswith("event")}
    assert by_topic == {("event time", False), ("event time", True), ("event order", True)}
    line = found.line(most=9)
    assert "the time of “" in line and "the order of “" in line
    shifted = compared("A pedestrian crosses at 0.8 s.", "A pedestrian crosses at 2.8 s.", begins=(2.0, 0.0))
    assert [
        (point.claims[0].says, point.differ)
        for point in shifted.points
        if point.topic == "event time" and point.claims[0]
    ] == [("2.8 s", False)]


def test_nothing_to_compare() -> None:
    assert compared("Fine.", "Good.", with_truth=False).line().startswith("Neither answer states a fact")
