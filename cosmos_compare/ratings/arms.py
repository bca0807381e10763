"""What is compared: two arms, named as far as they matter. Two models are the commonest case.

What a choice leaves open may be anything, but the same in both answers of a pair: like is compared with like.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from cosmos_compare.errors import CompareError
from cosmos_compare.language import Text
from cosmos_compare.runs.index import Arm, RunRow

CLIP = "clip"
_FORM = Text("Write MODEL, or MODEL,prompt=NAME_OR_VERSION,reasoning=yes,condition=blank.")


class ArmChoice(NamedTuple):
    """An arm with blanks: None is any prompt version, any reasoning, any settings (`Arm.settings_key`)."""

    model: str
    prompt_version: str | None = None
    reasoning: bool | None = None
    settings_key: str | None = None
    condition: str = CLIP

    def takes(self, row: RunRow) -> bool:
        """Whether a run belongs to the arm."""
        return (
            row.model == self.model
            and row.condition == self.condition
            and self.prompt_version in (None, row.prompt_version)
            and self.reasoning in (None, row.reasoning)
            and self.settings_key in (None, _settings(row))
        )

    @property
    def pooled(self) -> bool:
        """Whether only the model is named: all that its clips' ratings say, also those whose runs are gone."""
        return self == ArmChoice(self.model)


Two = tuple[ArmChoice, ArmChoice]


def choice(arm: "str | Arm | ArmChoice") -> ArmChoice:
    """An arm as a choice; a text is a model's name."""
    return ArmChoice(arm) if isinstance(arm, str) else ArmChoice(*arm)


def two_arms(arms: "Sequence[str | Arm | ArmChoice]") -> Two:
    """Two choices that no run can belong to both of. Raises `CompareError` otherwise."""
    a, b = (choice(arm) for arm in arms)
    if not any(one != other and None not in (one, other) for one, other in zip(a, b, strict=True)):
        raise CompareError(
            "The two arms are one, or overlap.", "Name something in which they differ: model, prompt, condition."
        )
    return a, b


def question_between(two: Two) -> Callable[[RunRow], tuple[object, ...]]:
    """What must be equal in two answers of these arms: clip, frames and question, unless the arms differ in that.

    Other settings may be other frames, and every control is; the file of the clip is the same even then.
    """
    a, b = two
    prompt, reasoning, settings = (None in fixed for fixed in zip(a[1:4], b[1:4], strict=True))
    frames = a.condition == b.condition and (settings or a.settings_key == b.settings_key)

    def question(row: RunRow) -> tuple[object, ...]:
        return (
            row.scenario,
            row.clip_sha256,
            row.footage_key if frames else None,
            row.repeat,
            row.prompt_version if prompt else None,
            row.reasoning if reasoning else None,
            _settings(row) if settings else None,
        )

    return question


def labels(two: Two, prompts: "dict[str, str] | None" = None) -> tuple[str, str]:
    """How people call the two: by what differs. `prompts` names versions."""
    a, b = two
    return _label(a, b, prompts or {}), _label(b, a, prompts or {})


def label(arm: ArmChoice, others: Sequence[ArmChoice], prompts: "dict[str, str]") -> str:
    """How people call one of several arms: by all that any other of them has differently."""
    words = [_label(arm, other, prompts) for other in others if other != arm]
    return max(words, key=len, default=arm.model)


def arms_of_pair(a: RunRow, b: RunRow) -> Two | None:
    """The comparison that two runs belong to: two models, or one model with another prompt, settings or condition.

    None where more than one thing differs, or nothing, or where they are about other frames (`question_between`).
    """
    two = one_difference(*map(_arm_of, (a, b)))
    return two if two and are_comparable(two, a, b) else None


def are_comparable(two: Two, a: RunRow, b: RunRow) -> bool:
    """Whether two runs of these arms, in this order, answer what must be the same between them."""
    question = question_between(two)
    return two[0].takes(a) and two[1].takes(b) and question(a) == question(b)


def all_of_pair(a: RunRow, b: RunRow) -> Two | None:
    """The two arms of two runs, named in full: they may differ in several things. None where they can't be compared."""
    one, other = (ArmChoice(*_arm_of(row)) for row in (a, b))
    return (one, other) if one != other and are_comparable((one, other), a, b) else None


def one_difference(a: Arm, b: Arm) -> Two | None:
    """Two arms, named as far as they differ; None where they differ in more than one thing, or in nothing."""
    unlike = [
        a.model != b.model,
        (a.prompt_version, a.reasoning) != (b.prompt_version, b.reasoning),
        a.settings_key != b.settings_key,
        a.condition != b.condition,
    ]
    if sum(unlike) != 1:
        return None
    one, other = ArmChoice(a.model, condition=a.condition), ArmChoice(b.model, condition=b.condition)
    if unlike[1]:
        one = one._replace(prompt_version=a.prompt_version, reasoning=a.reasoning)
        other = other._replace(prompt_version=b.prompt_version, reasoning=b.reasoning)
    if unlike[2]:
        one, other = one._replace(settings_key=a.settings_key), other._replace(settings_key=b.settings_key)
    return one, other


def parse_arm(text: str, runs: Iterable[RunRow]) -> ArmChoice:
    """An arm as people write it: `reason1`, or `reason1,prompt=driving,condition=blank`.

    A prompt is named by its name, where that has one version, or by the beginning of its version.

    Raises `CompareError`, saying which names there are.
    """
    model, *parts = [part.strip() for part in text.split(",")]
    values: dict[str, object] = {}
    for part in parts:
        name, _, value = part.partition("=")
        if name == "prompt" and value:
            values["prompt_version"] = _version(value, runs)
        elif name == "condition" and value:
            values["condition"] = value
        elif name == "reasoning" and value in ("yes", "no"):
            values["reasoning"] = value == "yes"
        elif name == "settings" and value:
            values["settings_key"] = value
        else:
            raise CompareError("{part!r} names no arm.", _FORM, part=part, field="arms")
    return ArmChoice(model, **values)  # type: ignore[arg-type]


def arm_text(arm: ArmChoice) -> str:
    """An arm as `parse_arm` reads it."""
    given = {
        "prompt": arm.prompt_version,
        "reasoning": None if arm.reasoning is None else "yes" if arm.reasoning else "no",
        "settings": arm.settings_key,
        "condition": None if arm.condition == CLIP else arm.condition,
    }
    return ",".join([arm.model, *(f"{name}={value}" for name, value in given.items() if value is not None)])


def _version(text: str, runs: Iterable[RunRow]) -> str:
    rows = list(runs)
    found = {row.prompt_version for row in rows if row.prompt_name == text or row.prompt_version == text}
    found = found or {row.prompt_version for row in rows if row.prompt_version.startswith(text)}
    if len(found) != 1:
        known = ", ".join(sorted(found or {f"{row.prompt_name} ({row.prompt_version})" for row in rows})[:10])
        raise CompareError(
            "{n} versions of a prompt are called {text!r}." if found else "No prompt with runs is called {text!r}.",
            "There are: {known}.",
            n=len(found),
            text=text,
            known=known or Text("none yet"),
            field="arms",
        )
    return found.pop()


def _label(own: ArmChoice, other: ArmChoice, prompts: "dict[str, str]") -> str:
    words = []
    if own.prompt_version != other.prompt_version and own.prompt_version is not None:
        name = prompts.get(own.prompt_version, "")
        words.append(f"{name} {own.prompt_version[:6]}".strip())
    if own.reasoning != other.reasoning and own.reasoning is not None:
        words.append(Text("with reasoning") if own.reasoning else Text("without reasoning"))
    if own.settings_key != other.settings_key and own.settings_key is not None:
        words.append(Text("settings {key}", key=own.settings_key[:6]))
    if own.condition != other.condition or own.condition != CLIP:
        words.append(own.condition)
    return f"{own.model} · {' · '.join(words)}" if words else own.model


def _arm_of(row: RunRow) -> Arm:
    return row.arm._replace(settings_key=_settings(row))


def _settings(row: RunRow) -> str:
    return row.arm_settings_key or row.settings_key
