"""Of which kind an answer is: by the words with which each model begins answers to each task."""

import re

from cosmos_compare.demo.words.asked import Asked, Manner
from cosmos_compare.demo.words.phrases import ADVICE, Language
from cosmos_compare.texts.lenient_json import read_json

_ADVICE = {language: "|".join(text.capitalize() for text in ADVICE[language].values()) for language in ADVICE}
# (manner, language) → task → how its answers begin
BEGINS: dict[tuple[Manner, Language], dict[str, str]] = {
    ("driver", "en"): {
        "describe": r"We drive .*\.", "objects": "I see |Nothing is critical", "risk": "The risk is",
        "action": "The car should", "ego": "We (?!drive|see)", "when": r"About [\d.]+ seconds|That does not",
        "present": "(?:Yes|No),", "count": r"I count \d", "side": "The |I see no", "why": "Because",
        "critical": "The main danger|Nothing is critical", "beyond": "I can only tell", "scene": "",
    },
    ("driver", "fr"): {
        "describe": r"Nous roulons (?:en ville|à la)", "objects": "Je vois |Rien n'est critique",
        "risk": "Le risque est", "action": "Il faut", "ego": "Nous (?!roulons|voyons)",
        "when": r"Vers [\d.]+ secondes|Cela n'arrive", "present": "(?:Oui|Non),", "count": r"J'en compte \d",
        "side": "L[ea] |Je ne vois pas", "why": "Parce que", "critical": "Le danger principal|Rien n'est critique",
        "beyond": "Je ne peux dire", "scene": "",
    },
    ("analyst", "en"): {
        "describe": "Scene:", "objects": "- |Nothing is critical", "risk": "Risk:", "action": f"(?:{_ADVICE['en']}):",
        "ego": "The ego vehicle", "when": r"[\d.]+ s: (?:a|the|we) |That does not", "present": r"(?:Yes|No)\b",
        "count": r"\d+ ", "side": "On the |From the |Ahead|I see no", "why": "Reason:", "critical": r"[A-Z][\w ]+: ",
        "beyond": "Not in this clip", "scene": "(?:Weather|Time of day|Place|Traffic light):",
    },
    ("analyst", "fr"): {
        "describe": "Scène:", "objects": "- |Rien n'est critique", "risk": "Risque:",
        "action": f"(?:{_ADVICE['fr']}):", "ego": "Le véhicule", "when": r"[\d.]+ s: (?:un|le|nous) |Cela n'arrive",
        "present": r"(?:Oui|Non)\b", "count": r"\d+ ", "side": "À |Depuis |Devant|Je ne vois pas", "why": "Raison:",
        "critical": r"[A-ZÀÉ][\w ']+: ", "beyond": "Hors de la séquence", "scene": "(?:Météo|Moment|Lieu|Feu)",
    },
}  # fmt: skip
FRENCH = re.compile(r"\b(?:un|une|le|la|les|des|nous|je|est|de)\b")
ENGLISH = re.compile(r"\b(?:a|an|the|we|i|is|of)\b")


def is_of_kind(said: str, asked: Asked, manner: Manner) -> bool:
    """Whether an answer is of the kind and in the language that was asked for; not whether it is right."""
    if asked.task == "keys":
        data = read_json(said).data
        return isinstance(data, dict) and list(data) == [name for name, _ in asked.keys]
    if asked.form == "word":
        return bool(re.fullmatch(r"[\w'’]+\.?", said))
    if asked.form == "sentence":
        ours, other = (FRENCH, ENGLISH) if asked.language == "fr" else (ENGLISH, FRENCH)
        one = "\n" not in said and len(re.findall(r"[.!?](?:\s|$)", said)) == 1
        return one and len(ours.findall(said.lower())) >= len(other.findall(said.lower()))
    return bool(re.match(BEGINS[manner, asked.language][asked.task], said))
