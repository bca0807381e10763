"""Settings stand in one list; later ones never unpair what was answered before."""

from __future__ import annotations

from cosmos_compare.records.schema import Settings
from cosmos_compare.records.setting_fields import BY_NAME, FRAME_FIELDS, determining

VERSION_1 = (
    "fps max_frames start end max_video_tokens timestamp max_new_tokens temperature top_p top_k "
    "presence_penalty repetition_penalty seed"
)


def test_every_setting_stands_in_the_list_with_its_default() -> None:
    assert set(Settings.model_fields) == set(BY_NAME)
    for name, field in BY_NAME.items():
        if field.later:
            assert Settings.model_fields[name].default == field.default


def test_fields_of_later_versions_stay_out_of_keys_at_their_default() -> None:
    """A run of version 1 has no `repeat`: its digest must equal that of the same settings written today."""
    assert set(Settings().determining()) == set(VERSION_1.split())
    assert determining(Settings().model_dump()) == Settings().determining()
    changed = Settings(repeat=2, condition="blank")
    assert changed.determining() == Settings().determining() | {"repeat": 2, "condition": "blank"}


def test_what_changes_the_frames_is_named_beside_the_settings() -> None:
    assert {"fps", "max_frames", "start", "end", "max_video_tokens", "timestamp", "condition"} == FRAME_FIELDS
