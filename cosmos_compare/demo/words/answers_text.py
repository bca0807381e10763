"""What each demo model says: the same facts in two manners, see `asked`."""

from cosmos_compare.demo.words.asked import Asked, Manner, ShownFrames
from cosmos_compare.demo.words.single import Single
from cosmos_compare.demo.words.structured import Structured
from cosmos_compare.demo.world.fact_records import SceneFacts


def answer(facts: SceneFacts, shown: ShownFrames, asked: Asked, manner: Manner) -> str:
    """The answer with its marks still in it; `marked.unmarked` takes them out."""
    words = Single(facts, shown, asked.language, manner)
    text = _text(words, Structured(facts, shown, asked.language, manner), asked)
    if not asked.reasoning:
        return text
    if manner == "driver":
        return f"<think>\n{words.thought()}\n</think>\n\n<answer>\n{text}\n</answer>"
    return f"<think>\n{words.thought()}\n</think>\n\n{text}"


def _text(words: Single, data: Structured, asked: Asked) -> str:
    if asked.form == "word":
        return words.word(asked.task, asked.about)
    if asked.form == "sentence":
        return words.sentence(asked.task)
    match asked.task:
        case "describe":
            return words.describe()
        case "objects":
            return words.objects()
        case "risk":
            return words.risk()
        case "action":
            return words.action()
        case "ego":
            return words.ego()
        case "when":
            return words.when(asked.about)
        case "present":
            return words.present(asked.about)
        case "timeline":
            return data.timeline()
        case "boxes":
            return data.boxes()
        case "report":
            return data.report()
        case "summary":
            return data.summary()
        case "count":
            return words.count(asked.about)
        case "side":
            return words.side(asked.about)
        case "why":
            return words.why()
        case "critical":
            return words.critical()
        case "scene":
            return words.scene(asked.about)
        case "keys":
            return data.keyed(asked.keys)
        case "beyond":
            return words.beyond()
