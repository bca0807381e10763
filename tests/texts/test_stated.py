"""What an answer states, for the table."""

import pytest

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
