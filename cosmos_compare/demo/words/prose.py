"""Answers in words."""

from cosmos_compare.demo.words.marked import capital, mark
from cosmos_compare.demo.words.phrases import (
    ADVICE,
    EVENT,
    LABEL,
    OPENING,
    REASON,
    RISK,
    SCENE,
    WE,
    WHY,
    Language,
    Table,
)
from cosmos_compare.demo.words.voice import Voice

# What we do ourselves at some moment, and the ways to move in which it happens.
OWN = {"we slow": ("slow", "stop"), "we stop": ("stop",), "we pull away": ("pull away",)}
OWN_WORDS: dict[Language, Table] = {
    "en": {"we slow": "we begin to slow down", "we stop": "we stand", "we pull away": "we pull away"},
    "fr": {"we slow": "nous commençons à ralentir", "we stop": "nous sommes arrêtés", "we pull away": "nous démarrons"},
}


class Prose(Voice):
    """Tasks that are answered in sentences or lines; `thought` is what stands between the think tags."""

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
        found = self._moment(about)
        if found is None:
            return mark(self.say("That does not happen in this clip.", "Cela n'arrive pas dans cette séquence."))
        time, what = mark(str(self.seconds(found[0])), 3), mark(found[1])
        if self.driver:
            return self.say(f"About {time} seconds in, {what}.", f"Vers {time} secondes, {what}.")
        return f"{time} s: {what}."

    def _moment(self, about: str | None) -> tuple[int, str] | None:
        """The frame at which it happens and its words; `about` is an event or what we do, None the key event."""
        f = self.facts
        if about in OWN:
            frame = f.still_frame if about == "we stop" else f.ego_frame
            happens = frame is not None and f.ego in OWN[about]
            return (frame, OWN_WORDS[self.lang][about]) if happens and frame is not None else None
        event = self.key if about is None else next((e for e in f.events if e.what == about), None)
        return None if event is None else (event.frame, EVENT[self.lang][event.what])

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
