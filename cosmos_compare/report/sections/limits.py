"""3. What this does not prove."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from cosmos_compare.language import t
from cosmos_compare.ratings.arms import CLIP
from cosmos_compare.report.elements import bullets
from cosmos_compare.report.material import Material
from cosmos_compare.results.difference_words import others_words
from cosmos_compare.results.numbers_as_text import scenarios
from cosmos_compare.results.trust_words import sensitivity_words
from cosmos_compare.results.warning_words import warnings
from cosmos_compare.stats.looks import fewest


def section(told: Material) -> Markup:
    return bullets(_limits(told))


def _limits(told: Material) -> Iterator[str]:
    found = told.told
    d = found.difference
    yield from warnings(found)
    if not d.enough:
        yield t(
            "That no difference is shown is no proof that there is none: the interval says how large one may still be."
        )
    if d.scenarios and d.planned is None and d.scenarios < fewest(d.level):
        yield t("{scenarios} can't show a difference, however large.", scenarios=scenarios(d.scenarios))
    if d.planned is None:
        yield t("No number of scenarios was planned before the first rating: a stricter level counts.")
    if told.aided:
        yield t("Some judgements followed what the program had marked in the answers: they are not independent of it.")
    yield others_words(d)
    yield sensitivity_words(found)
    yield from _about_inputs(told)
    yield t(
        "Marks are people's judgements by a rubric. They say how these answers were judged, not how a car would fare."
    )


def _about_inputs(told: Material) -> Iterator[str]:
    a, b = (told.runs(side) for side in (0, 1))
    runs = [*a, *b]
    if any(run.model.demo for run in runs):
        yield t(
            "At least one model is a demo: small, trained on rendered scenes, made to show this program. What it says "
            "proves nothing about the models that it is named after."
        )
    prompts = [{run.prompt.version for run in own} for own in (a, b)]
    if max(map(len, prompts)) > 1:
        yield t("Answers to {n} wordings of the question are counted together.", n=len(prompts[0] | prompts[1]))
    elif len(prompts[0] | prompts[1]) == 1:
        yield t("One wording of the question was asked. Another may turn the result round.")
    elif runs and {arm.condition for arm in told.told.arms} == {CLIP}:
        yield t("One model was asked. Another may do better with the other wording.")
    if runs and all(run.settings.repeat == 0 for run in runs):
        yield t("Each model answered each question once: how far its answers vary is not part of the interval.")
    if len(devices := {run.environment.device for run in runs}) > 1:
        yield t("Answers were made on unlike machines: {devices}.", devices=", ".join(sorted(devices)))
    yield t("Clips like these: other roads, weather, cameras or lengths of clip were not tried.")
