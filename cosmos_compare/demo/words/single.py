"""Answers about one fact, and answers in a single word or sentence."""

from typing import cast

from cosmos_compare.demo.words.claims import CLAIMS, brakes, crossing, in_lane
from cosmos_compare.demo.words.marked import capital, mark
from cosmos_compare.demo.words.phrases import ADVICE, COLOUR, FROM, LABEL, PLACE, REASON, RISK, SCENE, WE
from cosmos_compare.demo.words.phrases_facts import (
    BEYOND,
    EGO_WORD,
    KIND_WORD,
    MANY,
    ONE,
    STATEMENT,
    THE,
    WORD,
)
from cosmos_compare.demo.words.prose import Prose
from cosmos_compare.demo.world.scene import Kind

OF_EGO = {"stopped", "slowed", "moving", "standing", "steady", "pulled away"}
OF_ADVICE = {"must stop", "must brake", "may go"}
OF_LIGHT = {"red", "green"}


class Single(Prose):
    """Yes or no, numbers, sides, reasons, weather; and the short forms of other answers."""

    def present(self, about: str | None) -> str:
        if about not in CLAIMS:
            return super().present(about)
        yes = CLAIMS[about](self.facts)
        assert yes is not None, f"{about} is unclear here"
        word = mark(self.say("Yes", "Oui") if yes else self.say("No", "Non"))
        return f"{word}{', ' if self.driver else ': '}{self.statement(about)}."

    def statement(self, about: str) -> str:
        """What is the case, whether the claim holds or not."""
        f, said = self.facts, STATEMENT[self.lang]
        if about in OF_EGO:
            text = WE[self.lang][f.ego]
            return mark(text[0].lower() + text[1:])
        if about in OF_ADVICE:
            return self.say("the car should ", "il faut ") + mark(ADVICE[self.lang][f.advice])
        if about in OF_LIGHT:
            return self._light()
        if about in ("dangerous", "safe"):
            return self.say("the risk is ", "le risque est ") + mark(RISK[self.lang][f.risk])
        if about == "empty":
            return self.say("I see ", "je vois ") + self.listing(f.objects)
        happens = {"crossing": crossing(f), "in lane": in_lane(f), "brakes": bool(brakes(f))}
        if about in happens:
            return mark(said[about][0 if happens[about] else 1])
        return self._circumstance(about)

    def _circumstance(self, about: str) -> str:
        f = self.facts
        key = f.weather
        if about in ("night", "day"):
            key = "night" if f.night else "day"
        elif about in ("city", "country", "place"):
            key = f.place
        return mark(STATEMENT[self.lang][key][0])

    def _light(self) -> str:
        if self.facts.light is None:
            return mark(self.say("I see no traffic light", "je ne vois pas de feu"))
        return self.say("the light is ", "le feu est ") + mark(COLOUR[self.lang][self.facts.light])

    def count(self, about: str | None) -> str:
        """The driver counts aloud, the analyst notes a number."""
        number = self.facts.counts[about or "pedestrian"]
        assert number is not None, f"how many {about} is unclear here"
        noun = ONE[self.lang][about or ""] if number == 1 else MANY[self.lang][about or ""]
        if self.driver:
            return self.say("I count ", "J'en compte ") + mark(str(number)) + self.say(f" {noun}.", f" ({noun}).")
        return f"{mark(str(number))} {noun}."

    def side(self, about: str | None) -> str:
        kind = cast(Kind, about)
        the, seen = THE[self.lang][kind], next((s for s in self.facts.objects if s.kind == kind), None)
        if seen is None:
            noun = LABEL[self.lang][kind]
            return mark(self.say("I see no ", "Je ne vois pas de ")) + f"{noun}."
        if seen.doing == "crossing":
            place = mark(FROM[self.lang][seen.position])
            return f"{the} {self.say('comes', 'vient')} {place}." if self.driver else f"{capital(place)}."
        place = mark(PLACE[self.lang][seen.position])
        return f"{the} {self.say('is', 'est')} {place}." if self.driver else f"{capital(place)}."

    def why(self) -> str:
        risk, reason = mark(RISK[self.lang][self.facts.risk]), mark(REASON[self.lang][self.facts.reason])
        if self.driver:
            return self.say(f"Because {reason}, the risk is {risk}.", f"Parce que {reason}, le risque est {risk}.")
        return f"{self.say('Reason', 'Raison')}: {reason}."

    def critical(self) -> str:
        seen = self.facts.critical
        reason = mark(REASON[self.lang][self.facts.reason])
        if seen is None:
            return mark(self.say("Nothing is critical", "Rien n'est critique")) + f": {reason}."
        label = mark(LABEL[self.lang][seen.kind])
        if self.driver:
            return self.say(f"The main danger is the {label}: {reason}.", f"Le danger principal, {label} : {reason}.")
        return f"{capital(label)}: {reason}."

    def scene(self, about: str | None) -> str:
        f, names = self.facts, SCENE[self.lang]
        if self.driver:
            return capital(self._light() if about == "light" else self._circumstance(about or "weather")) + "."
        if about == "light":
            colour = COLOUR[self.lang][f.light] if f.light else self.say("not visible", "non visible")
            return self.say("Traffic light: ", "Feu : ") + mark(colour) + "."
        if about == "day":
            return self.say("Time of day: ", "Moment : ") + mark(names["night" if f.night else "day"]) + "."
        if about == "place":
            return self.say("Place: ", "Lieu : ") + mark(names[f.place]) + "."
        return self.say("Weather: ", "Météo : ") + mark(names[f.weather]) + "."

    def beyond(self) -> str:
        return mark(BEYOND[self.lang][0 if self.driver else 1])

    def word(self, task: str, about: str | None) -> str:
        """One word, with a full stop from the driver."""
        f, short = self.facts, WORD[self.lang]
        if task == "risk":
            text = RISK[self.lang][f.risk]
        elif task == "action":
            text = short[f.advice]
        elif task == "ego":
            text = EGO_WORD[self.lang][f.ego]
        elif task == "critical":
            text = KIND_WORD[self.lang][f.critical.kind if f.critical else ""]
        elif task == "scene":
            keys = {"day": "night" if f.night else "day", "place": f.place, "light": f.light or "none"}
            text = short[keys.get(about or "", f.weather)]
        else:
            yes = CLAIMS[about](f) if about in CLAIMS else any(seen.kind == about for seen in f.objects)
            text = self.say("yes", "oui") if yes else self.say("no", "non")
        return capital(mark(text)) + ("." if self.driver else "")

    def sentence(self, task: str) -> str:
        f = self.facts
        risk, reason = mark(RISK[self.lang][f.risk]), mark(REASON[self.lang][f.reason])
        if task == "risk":
            return (
                self.risk() if self.driver else self.say(f"The risk is {risk}: {reason}.", f"Risque {risk} : {reason}.")
            )
        if task == "action":
            return self.action()
        if task == "objects":
            begin = self.say("I see ", "Je vois ") if self.driver else self.say("Seen: ", "Vu : ")
            return begin + self.listing(f.objects) + "."
        ego, seen = mark(WE[self.lang][f.ego]), self.listing(f.objects)
        if self.driver:
            return self.say(
                f"{ego} and see {seen}, so the danger is {risk}.", f"{ego} et voyons {seen}, le danger est donc {risk}."
            )
        return self.say(
            f"The frames show {seen}; the ego vehicle {self.ego_text()}, risk {risk}.",
            f"Les images montrent {seen} ; le véhicule {self.ego_text()}, risque {risk}.",
        )
