"""Claims about a clip that are true or false: what a question asks that is answered by yes or no."""

from collections.abc import Callable

from cosmos_compare.demo.world.fact_records import SceneFacts

ClaimValue = bool | None


def _ego(yes: str, no: str) -> Callable[[SceneFacts], ClaimValue]:
    """True for some ways to move, false for others, unclear for the rest."""
    true, false = set(yes.split(",")), set(no.split(","))
    return lambda f: True if f.ego in true else False if f.ego in false else None


def _advice(yes: str, no: str) -> Callable[[SceneFacts], ClaimValue]:
    true, false = set(yes.split(",")), set(no.split(","))
    return lambda f: True if f.advice in true else False if f.advice in false else None


def crossing(f: SceneFacts) -> bool:
    return any(seen.doing == "crossing" for seen in f.objects)


def in_lane(f: SceneFacts) -> bool:
    return any(seen.doing == "merged" for seen in f.objects)


def brakes(f: SceneFacts) -> ClaimValue:
    """Unclear where a vehicle ahead is shown that might already stand with its lights on."""
    if any(event.what == "brakes" for event in f.events):
        return True
    return None if any(seen.doing == "lead" for seen in f.objects) else False


CLAIMS: dict[str, Callable[[SceneFacts], ClaimValue]] = {
    "crossing": crossing,
    "in lane": in_lane,
    "brakes": brakes,
    "red": lambda f: f.light == "red",
    "green": lambda f: f.light == "green",
    "night": lambda f: f.night,
    "day": lambda f: not f.night,
    "rain": lambda f: f.weather == "rain",
    "fog": lambda f: f.weather == "fog",
    "clear": lambda f: f.weather == "clear",
    "city": lambda f: f.place == "city",
    "country": lambda f: f.place == "country",
    "stopped": _ego("stop", "keep,slow"),
    "slowed": _ego("slow,stop", "keep,wait,pull away"),
    "moving": _ego("keep,slow", "wait"),
    "standing": _ego("wait", "keep,slow,pull away"),
    "steady": _ego("keep", "slow,stop,pull away"),
    "pulled away": _ego("pull away", "keep,slow,stop,wait"),
    "dangerous": lambda f: f.risk in ("medium", "high"),
    "safe": lambda f: f.risk in ("none", "low"),
    "must stop": _advice("stop,stay", "keep,slow,go"),
    "must brake": _advice("stop,slow", "keep"),
    "may go": _advice("keep,go", "stop,stay"),
    "empty": lambda f: not f.objects,
}
