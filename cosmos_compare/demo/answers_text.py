"""What each demo model says: the same facts in two manners.

`driver` (reason1-demo) speaks as the driver would: prose, the main danger first, no times unless asked, boxes in
pixels, JSON in a code fence. `analyst` (reason2-demo) keeps a log: every object, times, boxes in thousandths, bare
JSON. Parts that only the video tells are put between marks, so that training can weigh them.
"""

import json
from dataclasses import dataclass
from typing import Any, Literal

from cosmos_compare.demo.facts import Facts, Happened, Seen
from cosmos_compare.demo.phrases import (
    ADVICE,
    COLOUR,
    EGO,
    EVENT,
    FROM,
    LABEL,
    NOUN,
    OPENING,
    PLACE,
    REASON,
    RISK,
    SCENE,
    WE,
    WHY,
    Language,
)

Manner = Literal["driver", "analyst"]
Task = Literal[
    "describe", "objects", "risk", "action", "ego", "when", "present", "timeline", "boxes", "report", "summary"
]
OPEN, CLOSE = "\x01", "\x02"  # round what only the video tells
PRIORITY = ("emerges", "crosses", "brakes", "merges", "turns red", "turns green")


@dataclass(frozen=True)
class Asked:
    """What is asked: `about` is an event for `when`, a kind for `present`."""

    task: Task
    language: Language = "en"
    about: str | None = None
    reasoning: bool = False


@dataclass(frozen=True)
class Shown:
    """The clock and the frame as the model knows them: seconds of each frame; pixels for the driver's boxes."""

    seconds: tuple[float, ...]
    width: int
    height: int


def answer(facts: Facts, shown: Shown, asked: Asked, manner: Manner) -> str:
    """The answer with its marks still in it; `unmarked` takes them out."""
    voice = Voice(facts, shown, asked.language, manner)
    text = getattr(voice, asked.task)(*([asked.about] if asked.task in ("when", "present") else []))
    if not asked.reasoning:
        return str(text)
    thought = voice.thought()
    if manner == "driver":
        return f"<think>\n{thought}\n</think>\n\n<answer>\n{text}\n</answer>"
    return f"<think>\n{thought}\n</think>\n\n{text}"


def unmarked(text: str) -> str:
    return text.replace(OPEN, "").replace(CLOSE, "")


def mark(text: str) -> str:
    return f"{OPEN}{text}{CLOSE}"


def capital(text: str) -> str:
    """The first letter large, marks skipped."""
    at = 1 if text.startswith(OPEN) else 0
    return text[:at] + text[at : at + 1].upper() + text[at + 1 :]


class Voice:
    """One model speaking about one window in one language."""

    def __init__(self, facts: Facts, shown: Shown, language: Language, manner: Manner) -> None:
        self.facts, self.shown, self.manner = facts, shown, manner
        self.fr = language == "fr"
        self.lang: Language = language
        self.driver = manner == "driver"
        self.key = min(facts.events, key=lambda e: PRIORITY.index(e.what)) if facts.events else None

    def say(self, en: str, fr: str) -> str:
        return fr if self.fr else en

    def seconds(self, frame: int) -> float:
        return float(f"{self.shown.seconds[frame]:.1f}")

    # Phrases

    def thing(self, seen: Seen) -> str:
        """A kind with what it does and where: `a pedestrian crossing from the right`."""
        noun = NOUN[self.lang][seen.kind]
        place = PLACE[self.lang][seen.position]
        if seen.doing == "crossing":
            start = FROM[self.lang][seen.position]
            text = self.say(f"{noun} crossing {start}", f"{noun} qui traverse {start}")
        elif seen.doing == "pavement":
            text = self.say(f"{noun} on the pavement {place}", f"{noun} sur le trottoir {place}")
        elif seen.kind == "cyclist":
            text = (
                self.say(f"{noun} in our lane", f"{noun} sur notre voie")
                if seen.doing == "merged"
                else f"{noun} {place}"
            )
        elif seen.kind == "traffic light":
            colour = COLOUR[self.lang][seen.doing]
            text = self.say(f"a {colour} traffic light", f"un feu de circulation {colour}")
        elif seen.kind == "truck":
            text = (
                self.say("an oncoming truck", "un camion en sens inverse")
                if seen.doing == "oncoming"
                else self.say("a truck ahead", "un camion devant")
            )
        elif seen.kind == "parked vehicle":
            text = f"{noun} {place}"
        else:
            text = noun
        return mark(text)

    def listing(self, things: tuple[Seen, ...]) -> str:
        return ", ".join(self.thing(seen) for seen in things) if things else mark(self.say("nothing", "rien"))

    def event(self, event: Happened) -> str:
        return mark(EVENT[self.lang][event.what])

    def ego_text(self) -> str:
        return mark(EGO[self.lang][self.facts.ego])

    # Answers in words

    def describe(self) -> str:
        f = self.facts
        time = "night" if f.night else "day"
        risk, reason = mark(RISK[self.lang][f.risk]), mark(REASON[self.lang][f.reason])
        if self.driver:
            words = OPENING[self.lang]
            main = f.critical or (f.objects[0] if f.objects else None)
            parts = [f"{mark(words[f.place])} {mark(words[f.weather])} {mark(words[time])}."]
            if main is None:
                parts.append(self.say("I see nobody on the road.", "Je ne vois personne sur la route."))
            else:
                parts.append(self.say(f"I watch {self.thing(main)}.", f"Je surveille {self.thing(main)}."))
                if others := tuple(seen for seen in f.objects if seen is not main):
                    there = self.listing(others)
                    parts.append(self.say(f"There is also {there}.", f"Il y a aussi {there}."))
            if self.key:
                parts.append(capital(self.event(self.key)) + ".")
            parts.append(mark(WE[self.lang][f.ego]) + ".")
            advice = mark(ADVICE[self.lang][f.advice])
            parts.append(
                self.say(
                    f"The danger is {risk}, as {reason}; the car should {advice}.",
                    f"Le danger est {risk}, car {reason} ; il faut {advice}.",
                )
            )
            return " ".join(parts)
        words = SCENE[self.lang]
        lines = [
            self.say("Scene", "Scène") + f": {mark(words[f.place])}, {mark(words[f.weather])}, {mark(words[time])}.",
            self.say("Seen", "Vu") + f": {self.listing(f.objects)}.",
            self.say("Event", "Événement") + f": {self.event_with_time()}.",
            self.say("Ego vehicle", "Véhicule") + f": {self.ego_text()}.",
            self.say("Risk", "Risque") + f": {risk}, {reason}.",
            self.say("Next", "Ensuite") + f": {mark(ADVICE[self.lang][f.advice])}, {mark(WHY[self.lang][f.why])}.",
        ]
        return "\n".join(lines)

    def event_with_time(self) -> str:
        if self.key is None:
            return mark(self.say("none", "aucun"))
        time = mark(f"{self.seconds(self.key.frame)} s")
        return f"{self.event(self.key)} {self.say('at', 'à')} {time}"

    def objects(self) -> str:
        f = self.facts
        if not f.objects:
            return mark(self.say("Nothing is critical", "Rien n'est critique")) + self.say(
                ": the road is empty.", " : la route est vide."
            )
        if self.driver:
            text = self.say("I see ", "Je vois ") + self.listing(f.objects) + "."
            if f.critical is None:
                return text + " " + mark(self.say("Nothing is in our path.", "Rien n'est sur notre chemin."))
            label = mark(LABEL[self.lang][f.critical.kind])
            why = mark(REASON[self.lang][f.reason])
            return text + " " + self.say(f"The {label} matters most: {why}.", f"Le plus important, {label} : {why}.")
        lines = []
        for seen in f.objects:
            line = f"- {capital(self.thing(seen))}"
            if seen is f.critical:
                line += mark(self.say(" (critical: ", " (critique : ") + REASON[self.lang][f.reason] + ")")
            lines.append(line)
        return "\n".join(lines)

    def risk(self) -> str:
        level, reason = mark(RISK[self.lang][self.facts.risk]), mark(REASON[self.lang][self.facts.reason])
        if self.driver:
            return self.say(f"The risk is {level}, because {reason}.", f"Le risque est {level}, car {reason}.")
        return f"{self.say('Risk', 'Risque')}: {level}. {capital(reason)}."

    def action(self) -> str:
        advice, why = mark(ADVICE[self.lang][self.facts.advice]), mark(WHY[self.lang][self.facts.why])
        if self.driver:
            return self.say(f"The car should {advice}, because {why}.", f"Il faut {advice}, car {why}.")
        return f"{capital(advice)}: {why}."

    def ego(self) -> str:
        if self.driver:
            return mark(WE[self.lang][self.facts.ego]) + "."
        return self.say("The ego vehicle ", "Le véhicule ") + self.ego_text() + "."

    def when(self, about: str | None) -> str:
        event = self.key if about is None else next((e for e in self.facts.events if e.what == about), None)
        if event is None:
            return mark(self.say("That does not happen in this clip.", "Cela n'arrive pas dans cette séquence."))
        time = mark(str(self.seconds(event.frame)))
        if self.driver:
            return self.say(
                f"About {time} seconds in, {self.event(event)}.", f"Vers {time} secondes, {self.event(event)}."
            )
        return f"{time} s: {self.event(event)}."

    def present(self, about: str | None) -> str:
        seen = next((seen for seen in self.facts.objects if seen.kind == about), None)
        if seen is None:
            noun = LABEL[self.lang][about or "pedestrian"]
            if self.driver:
                return mark(self.say("No", "Non")) + self.say(f", I see no {noun}.", f", je n'en vois pas ({noun}).")
            return mark(self.say("No", "Non")) + "."
        if self.driver:
            return mark(self.say("Yes", "Oui")) + self.say(
                f", I see {self.thing(seen)}.", f", je vois {self.thing(seen)}."
            )
        return mark(self.say("Yes", "Oui")) + f": {self.thing(seen)}."

    def thought(self) -> str:
        """What stands between the think tags: all that is seen, before anything is concluded."""
        parts = [self.listing(self.facts.objects)]
        if self.driver:
            text = self.say("I look at the road and see ", "Je regarde la route et je vois ") + parts[0] + ". "
            text += mark(WE[self.lang][self.facts.ego]) + "."
            return text + (f" {capital(self.event(self.key))}." if self.key else "")
        first, last = self.seconds(0), self.seconds(-1)
        text = self.say(f"From {first} to {last} s the frames show ", f"De {first} à {last} s les images montrent ")
        text += f"{parts[0]}. {self.say('Ego vehicle', 'Véhicule')}: {self.ego_text()}. "
        return text + self.say("Event: ", "Événement : ") + self.event_with_time() + "."

    # Answers in JSON

    def fenced(self, text: str) -> str:
        return f"```json\n{text}\n```" if self.driver else text

    def timeline(self) -> str:
        """The key event and what the ego vehicle does, in order."""
        f = self.facts
        rows = [(self.seconds(e.frame), self.seconds(e.last), self.event(e)) for e in f.events]
        start = self.seconds(f.ego_frame) if f.ego_frame is not None else self.seconds(0)
        rows.append((start, self.seconds(-1), self.say("the ego vehicle ", "le véhicule ") + self.ego_text()))
        rows.sort(key=lambda row: row[0])
        items = [f'{{"start": {mark(str(a))}, "end": {mark(str(b))}, "event": "{text}"}}' for a, b, text in rows]
        return self.fenced('{"events": [' + ", ".join(items) + "]}")

    def boxes(self) -> str:
        items = []
        for kind, box in self.facts.boxes:
            numbers = ", ".join(mark(mark(str(v))) for v in self.numbers(box))  # marked twice: coordinates
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


def _object(fields: dict[str, Any]) -> str:
    """JSON on one line, its values marked."""
    pairs = [f'"{key}": {_value(value)}' for key, value in fields.items()]
    return "{" + ", ".join(pairs) + "}"


def _value(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_value(item) for item in value) + mark("]")
    text = json.dumps(value, ensure_ascii=False)
    return f'"{mark(text[1:-1])}"' if isinstance(value, str) else mark(text)
