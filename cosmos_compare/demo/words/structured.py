"""Answers in JSON: bare from the analyst, in a code fence from the driver."""

import json
from typing import Any

from cosmos_compare.demo.words.marked import mark, unmarked
from cosmos_compare.demo.words.phrases import ADVICE, COLOUR, EGO, EVENT, FROM, LABEL, PLACE, REASON, RISK, SCENE
from cosmos_compare.demo.words.voice import Voice


class Structured(Voice):
    """Tasks that are answered in JSON."""

    def fenced(self, text: str) -> str:
        return f"```json\n{text}\n```" if self.driver else text

    def timeline(self) -> str:
        """The key event and what the ego vehicle does, in order."""
        f = self.facts
        rows = [(self.seconds(e.frame), self.seconds(e.last), self.event(e)) for e in f.events]
        start = self.seconds(f.ego_frame) if f.ego_frame is not None else self.seconds(0)
        rows.append((start, self.seconds(-1), self.say("the ego vehicle ", "le véhicule ") + self.ego_text()))
        rows.sort(key=lambda row: row[0])
        items = [f'{{"start": {mark(str(a), 3)}, "end": {mark(str(b), 3)}, "event": "{text}"}}' for a, b, text in rows]
        return self.fenced('{"events": [' + ", ".join(items) + "]}")

    def boxes(self) -> str:
        items = []
        for kind, box in self.facts.boxes:
            numbers = ", ".join(mark(str(v), 2) for v in self.numbers(box))
            items.append(f'{{"label": "{mark(LABEL[self.lang][kind])}", "bbox_2d": [{numbers}]}}')
        return self.fenced("[" + ", ".join(items) + mark("]"))

    def numbers(self, box: tuple[float, float, float, float]) -> list[int]:
        """The driver counts pixels of its frame, the analyst thousandths in steps of five."""
        if self.driver:
            size = (self.shown.width, self.shown.height) * 2
            return [round(v * n) for v, n in zip(box, size, strict=True)]
        return [5 * round(v * 200) for v in box]

    def report(self) -> str:
        f, words = self.facts, SCENE[self.lang]
        unseen = self.say("not visible", "non visible")
        crossing = any(seen.kind == "crosswalk" for seen in f.objects)
        users = [seen for seen in f.objects if seen.kind not in ("traffic light", "crosswalk")]
        critical = f.critical
        place = "" if critical is None else PLACE[self.lang][critical.position]
        if critical and critical.doing == "crossing":
            place = FROM[self.lang][critical.position]
        fields: dict[str, Any] = {
            "scene": words[f.place],
            "road_type": self.say("two lanes", "deux voies"),
            "weather": words[f.weather],
            "time_of_day": words["night" if f.night else "day"],
            "ego_motion": EGO[self.lang][f.ego],
            "road_users": [
                unmarked(self.thing(seen)) if not self.driver else LABEL[self.lang][seen.kind] for seen in users
            ],
            "critical_object": LABEL[self.lang][critical.kind] if critical else self.say("none", "aucun"),
            "critical_position": place if critical else self.say("none", "aucune"),
            "traffic_light": COLOUR[self.lang][f.light] if f.light else unseen,
            "crosswalk": self.say("visible", "visible") if crossing else unseen,
            "key_event": EVENT[self.lang][self.key.what] if self.key else self.say("none", "aucun"),
            "key_event_time": self.seconds(self.key.frame) if self.key else None,
            "risk_level": f.risk,
            "risk_reason": REASON[self.lang][f.reason],
            "next_action": ADVICE[self.lang][f.advice],
        }
        return self.fenced(_object(fields))

    def summary(self) -> str:
        f = self.facts
        fields: dict[str, Any] = {
            "objects": [LABEL[self.lang][seen.kind] for seen in f.objects],
            "ego": EGO[self.lang][f.ego],
            "risk": f.risk,
            "event": EVENT[self.lang][self.key.what] if self.key else None,
            "time": self.seconds(self.key.frame) if self.key else None,
            "next": ADVICE[self.lang][f.advice],
        }
        return self.fenced(_object(fields))

    def keyed(self, keys: tuple[tuple[str, str], ...]) -> str:
        """An object with just the keys asked for, each by what it means."""
        f, words = self.facts, SCENE[self.lang]
        critical, none = f.critical, self.say("none", "aucun")
        side = none
        if critical:
            side = (FROM if critical.doing == "crossing" else PLACE)[self.lang][critical.position]
        values: dict[str, Any] = {
            "objects": [LABEL[self.lang][seen.kind] for seen in f.objects],
            "risk": RISK[self.lang][f.risk],
            "reason": REASON[self.lang][f.reason],
            "ego": EGO[self.lang][f.ego],
            "action": ADVICE[self.lang][f.advice],
            "event": EVENT[self.lang][self.key.what] if self.key else none,
            "time": self.seconds(self.key.frame) if self.key else None,
            "weather": words[f.weather],
            "day": words["night" if f.night else "day"],
            "place": words[f.place],
            "critical": LABEL[self.lang][critical.kind] if critical else none,
            "side": side,
            "light": COLOUR[self.lang][f.light] if f.light else none,
        }
        return self.fenced(_object({name: values[meaning] for name, meaning in keys}))


def _object(fields: dict[str, Any]) -> str:
    """JSON on one line, its values marked."""
    pairs = [f'"{key}": {_value(value)}' for key, value in fields.items()]
    return "{" + ", ".join(pairs) + "}"


def _value(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_value(item) for item in value) + mark("]")
    text = json.dumps(value, ensure_ascii=False)
    return f'"{mark(text[1:-1])}"' if isinstance(value, str) else mark(text, 3 if isinstance(value, float) else 1)
