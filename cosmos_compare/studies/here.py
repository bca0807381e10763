"""What of a study is on this machine: a prompt, a model or a clip that is gone costs its own arms or rows, and is said.

For the page, on which a study may be older than the files it names; the command line refuses such a study.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from cosmos_compare.catalogue.models import resolve_models
from cosmos_compare.errors import CompareError
from cosmos_compare.prompts import load_prompt
from cosmos_compare.studies.plan import found_at, placed_model, scenarios_at
from cosmos_compare.studies.study import Study


def what_is_here(study: Study, beside: Path) -> tuple[Study | None, list[CompareError]]:
    """The study with what there is, None where nothing is left of it, and what is missing, each with the next step."""
    problems: list[CompareError] = []

    def kept(names: Iterable[str], find: Callable[[str], object], problem: Callable[..., CompareError]) -> set[str]:
        there = set()
        for name in dict.fromkeys(names):
            try:
                find(name)
                there.add(name)
            except CompareError as error:
                problems.append(problem(name, error))
        return there

    entries = study.entries()
    prompts = kept((own.prompt for own in entries if own.prompt), lambda name: _prompt(name, beside), _no_prompt)
    models = kept((own.model for own in entries), lambda name: resolve_models([placed_model(name, beside)]), _no_model)
    clips = () if isinstance(study.scenarios, str) else study.scenarios
    there = kept(clips, lambda name: scenarios_at(name, beside), _no_clip)
    product = tuple(name for name in study.prompts if name in prompts)
    rest = study.model_copy(
        update={
            "prompts": product,
            # Without its prompts a product would ask imported questions as they stand, which nobody asked for.
            "models": () if study.prompts and not product else tuple(name for name in study.models if name in models),
            "arms": tuple(own for own in study.arms if own.model in models and own.prompt in {*prompts, ""}),
            "scenarios": study.scenarios if not clips else tuple(name for name in clips if name in there),
        }
    )
    return (rest if rest.entries() and (rest.scenarios or rest.questions) else None), problems


def _prompt(name: str, beside: Path) -> object:
    return load_prompt(found_at(name, beside, Path.is_file))


def _no_prompt(name: str, error: CompareError) -> CompareError:
    return CompareError(
        "The prompt {name} can't be used, so its arms are left out: {why}",
        "Take it out under Prompts; or open a run of it under “Prompt versions” and save it again.",
        name=name,
        why=error.message,
    )


def _no_model(name: str, error: CompareError) -> CompareError:
    return CompareError(
        "The model {name} can't be used, so its arms are left out: {why}",
        "Take it out under Models, or add it to models.yaml.",
        name=name,
        why=error.message,
    )


def _no_clip(name: str, error: CompareError) -> CompareError:
    return CompareError(
        "A clip is left out: {why}",
        "Take it out under Scenarios, or put it back.",
        why=error.message,
    )
