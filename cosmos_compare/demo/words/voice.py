"""Phrases about what is true of a window, in each manner and language."""

from cosmos_compare.demo.words.asked import Manner, ShownFrames
from cosmos_compare.demo.words.marked import mark
from cosmos_compare.demo.words.phrases import COLOUR, EGO, EVENT, FROM, NOUN, PLACE, Language
from cosmos_compare.demo.world.fact_records import Happened, SceneFacts, Seen

PRIORITY = ("emerges", "crosses", "brakes", "merges", "turns red", "turns green")


class Voice:
    """One model speaking about one window in one language: the phrases that its answers are made of."""

    def __init__(self, facts: SceneFacts, shown: ShownFrames, language: Language, manner: Manner) -> None:
        self.facts, self.shown, self.manner = facts, shown, manner
        self.fr = language == "fr"
        self.lang: Language = language
        self.driver = manner == "driver"
        self.key = min(facts.events, key=lambda e: PRIORITY.index(e.what)) if facts.events else None

    def say(self, en: str, fr: str) -> str:
        return fr if self.fr else en

    def seconds(self, frame: int) -> float:
        return float(f"{self.shown.seconds[frame]:.1f}")

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

    def event_with_time(self) -> str:
        if self.key is None:
            return mark(self.say("none", "aucun"))
        time = mark(f"{self.seconds(self.key.frame)} s", 3)
        return f"{self.event(self.key)} {self.say('at', 'à')} {time}"
