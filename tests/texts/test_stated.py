"""What an answer states, for the table."""

import csv

import pytest
from conftest import ROOT

from cosmos_compare.texts.stated import stated


@pytest.mark.parametrize(
    ("raw", "objects", "risk"),
    [
        ("A pedestrian and two cars. The risk is high, no cyclist.", "pedestrian, car", "high"),
        ('{"objects": [{"label": "bus"}, {"label": "bus"}], "risk": {"level": "low"}}', "bus", "low"),
        ('```json\n{"road_users": ["truck"], "risk_level": "none"}\n```', "truck", "none"),
        ('{"critical_object": "cyclist", "risk": "medium"}', "cyclist", "medium"),
        ("<think>a bus</think>Low risk: the road is empty.", "", "low"),
        ("", "", ""),
        ('{"objects": null, "risk": [1]}', "", ""),
        ('["car", "van"]', "car, van", ""),
        ("Risk level: to be decided", "", ""),
        ("I watch a van. The danger is medium; the car should slow down.", "van", "medium"),  # its own car
    ],
)
def test_objects_and_risk_of_an_answer(raw: str, objects: str, risk: str) -> None:
    assert stated(raw) == (objects, risk)


def test_cases_of_users() -> None:
    """They said `not high` and were read as high; `no pedestrians or cyclists`, and a cyclist was found."""
    with (ROOT / "tests" / "data" / "cases" / "07_stated" / "stated.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    right = [tuple(part.strip() for part in row["right (objects | risk)"].split("|")) for row in rows]
    mapped = {'not "high"': "", "moderate": "medium"}
    assert [stated(row["answer"]) for row in rows] == [(objects, mapped.get(risk, risk)) for objects, risk in right]


@pytest.mark.parametrize(
    ("raw", "objects", "risk"),
    [
        # the last of a kind counts, and prose beside it
        ('Draft: {"risk_level": "low"} Final: {"risk_level": "high"}', "", "high"),
        ('{"risk": "low"}\n{"risk": "high", "objects": ["bus"]}', "bus", "high"),
        ('{"risk_level": "low"}\nOverall, the risk is high after all.', "", "high"),
        ('A bus stops.\n{"risk_level": "medium"}\nThe risk is low for a truck.', "bus, truck", "medium"),
        # forms with places for facts
        ('{"objects": {"pedestrian": true, "cyclist": false, "car": 2}}', "pedestrian, car", ""),
        ('{"objects": [{"name": "pedestrian", "present": false}, {"name": "truck"}]}', "truck", ""),
        ('{"traffic_light": "not visible", "crosswalk": "visible", "critical_object": "none"}', "crosswalk", ""),
        ('{"road_users": ["no pedestrians", "a cyclist"], "risk_level": "none, low, medium or high"}', "cyclist", ""),
        ('{"objets": ["voiture", "piéton"], "risque": "élevé"}', "car, pedestrian", "high"),
        ('{"usagers_de_la_route": ["aucun"], "niveau_risque": "FAIBLE"}', "", "low"),
        ('{"usagers_de_la_route": ["aucun"], "niveau_de_risque": "FAIBLE"}', "", "low"),
        ('{"risk": {"level": "3/5", "reason": "a truck is close"}}', "truck", "medium"),
        ('{"risk_assessment": {"overall_risk": "Moderate to High"}}', "", "medium to high"),
        ('{"risk_score": 0.8}', "", "high"),
        ('{"risk_level": 2}', "", ""),
        ('{"risk_level": "not high"}', "", ""),
        ('[{"label": "car", "risk": "low"}, {"label": "cyclist", "risk": "high"}]', "car, cyclist", ""),
        ("[[100, 200, 300, 400], [500, 200, 700, 400]]", "", ""),
        ('[{"start": 1.0, "event": "a cyclist merges"}, {"start": 2.0, "event": "no car is ahead"}]', "cyclist", ""),
        ('{"objects": ["wheelbarrow"]}', "wheelbarrow", ""),
    ],
)
def test_forms_and_prose_together(raw: str, objects: str, risk: str) -> None:
    assert stated(raw) == (objects, risk)


def test_reasoning_that_the_template_opened_states_nothing() -> None:
    opened = "<|im_start|>assistant\n<think>\n"
    assert stated("A bus. The risk is high, perhaps", opened) == ("", "")
    assert stated("A bus.</think>The risk is low.", opened) == ("", "low")
