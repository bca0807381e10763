"""What models see, compared in words, and settings that make it equal."""

from __future__ import annotations

from pathlib import Path

import pytest
from app_support import comparison_of

from cosmos_compare.catalogue.models import load_models
from cosmos_compare.errors import CompareError
from cosmos_compare.fairness import differences, equal_settings, headline, model_input
from cosmos_compare.records.schema import Answer, Settings


@pytest.fixture(scope="module")
def pair():
    models = load_models()
    return [models["reason1"], models["reason2"]]


def test_the_defaults_of_the_two_are_not_comparable_and_it_says_so(shared: Path, pair) -> None:
    """A ten-second clip at 4 fps: other sizes, other tokens, another clock, other sampling."""
    comparison = comparison_of(shared / "clips" / "city_zebra_yield" / "segment.mp4", pair[0])
    sees = [model_input(comparison, spec) for spec in pair]
    sentences = differences(sees)
    assert sees[0].size != sees[1].size
    assert headline(sees) == f"{pair[0].label} sees {sees[0].size}, {pair[1].label} sees {sees[1].size}"
    assert any("temperature 0.01" in s and "temperature 0.7" in s for s in sentences)
    assert any(s.startswith("Time: ") for s in sentences)


def test_equal_settings_leave_only_what_the_architectures_force(shared: Path, pair) -> None:
    comparison = comparison_of(shared / "clips" / "city_zebra_yield" / "segment.mp4", pair[0])
    count = len(comparison.planned.indices)
    settings = equal_settings(comparison.settings, pair, comparison.clip, count)
    equal = comparison_of(Path(comparison.clip.path), pair[0], **settings.model_dump())
    sees = [model_input(equal, spec) for spec in pair]
    assert not [s for s in differences(sees) if s.startswith(("Sampling", "Frames", "Clip"))]
    tokens = [side.tokens for side in sees]
    assert max(tokens) <= settings.max_video_tokens
    assert min(tokens) > 0.8 * max(tokens)


def test_values_that_were_chosen_are_kept(shared: Path, pair) -> None:
    comparison = comparison_of(shared / "clips" / "city_zebra_yield" / "segment.mp4", pair[0])
    chosen = Settings.model_validate({"temperature": 0.4, "seed": 5})
    settings = equal_settings(chosen, pair, comparison.clip, len(comparison.planned.indices))
    assert (settings.temperature, settings.seed, settings.top_k) == (0.4, 5, 0)


def test_runs_of_two_prompts_differ_in_their_questions(clip: Path, pair) -> None:
    one = comparison_of(clip, pair[0])
    other = type(one)(
        one.clip, one.prompt.model_copy(update={"user_prompt": "Who?"}), one.settings, one.specs, one.planned, {}
    )
    assert differences([model_input(one, pair[0]), model_input(other, pair[0])]) == ["The questions are not the same."]


def test_a_budget_that_no_frames_meet_is_refused(clip: Path, pair) -> None:
    with pytest.raises(CompareError, match="max_video_tokens"):
        model_input(comparison_of(clip, pair[0], max_video_tokens=16), pair[0])


def test_what_a_checkpoint_of_another_architecture_is_shown_is_said_as_far_as_it_is_known(clip: Path, pair) -> None:
    """Its processor resizes the frames again and does with their times what it does."""
    vision = pair[1].vision.model_copy(update={"clock": "unknown", "resized_again": True})
    other = pair[1].model_copy(update={"name": "other", "label": "Other", "vision": vision})
    comparison = comparison_of(clip, pair[1])
    sees = [model_input(comparison, spec) for spec in (pair[1], other)]
    told = {sentence.split(":")[0]: sentence for sentence in differences(sees)}
    assert "Other not known" in told["Visual tokens"] and "Other not known: left to" in told["Time"]
    answer = Answer(finish="stop", input_height=56, input_width=84, video_tokens=17)
    seen = model_input(comparison, other, answer)
    assert (seen.size, seen.token_count) == ("56×84", "17")
    drawn = comparison_of(clip, other, timestamp=True)
    assert model_input(drawn, other).clock.startswith("drawn under each frame")
