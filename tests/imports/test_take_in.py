"""Files of every format go in: which rows are taken, what they say, which are left out and why."""

from __future__ import annotations

from pathlib import Path

import pytest
from import_files import CLIPS, lay_out

from cosmos_compare.errors import CompareError
from cosmos_compare.imports.fields import RowError
from cosmos_compare.imports.media import Media
from cosmos_compare.imports.sets import ItemSet
from cosmos_compare.imports.source import ImportWishes
from cosmos_compare.imports.take import take_in


def taken(name: str, folder: Path, **asked: object) -> ItemSet:
    (own,) = take_in(lay_out(name, folder), folder / "outputs", ImportWishes(**asked))  # type: ignore[arg-type]
    return own


EXPECTED = {
    "reason1_benchmark_qa_pairs.json": ("reason1", 3, 3, 1),
    "pai_bench.jsonl": ("pai-bench", 4, 2, 2),
    "llava.json": ("llava", 2, 3, 0),
    "a1.label.json": ("labels", 1, 1, 0),
    "video_qa.tsv": ("vantage", 3, 2, 1),
    "event_verification.tsv": ("vantage", 1, 1, 0),
    "lingoqa.csv": ("lingoqa", 4, 2, 1),
    "DoTA_VQA_annotation.json": ("vru-accident", 2, 3, 0),
    "DoTA_Dense_Caption.json": ("vru-captions", 2, 1, 1),
    "wts_questions.json": ("wts", 1, 2, 1),
    "sutd.jsonl": ("sutd", 3, 2, 1),
}


@pytest.mark.parametrize("name", CLIPS)
def test_a_format_is_recognised_and_every_row_is_accounted_for(name: str, tmp_path: Path) -> None:
    own = taken(name, tmp_path)
    found = own.facts.format, own.facts.read, len(own.items), sum(own.facts.reasons.values())
    assert found == EXPECTED[name]
    assert all(own.scenario(item).video.is_file() for item in own.items)
    assert len({item.id for item in own.items}) == len(own.items)


def test_questions_with_options_hold_what_is_asked_and_what_is_right(tmp_path: Path) -> None:
    first, second, third = taken("reason1_benchmark_qa_pairs.json", tmp_path).items
    assert first.question == "What should the ego do?\nA: Brake\nB: Keep speed\nAnswer with the option's letter."
    assert (first.options, first.right) == ({"A": "Brake", "B": "Keep speed"}, ("A",))
    assert (second.id, second.row, second.right) == ("a1#1.2", 1, ("B",))
    assert (third.scenario, third.options) == ("a2.camera_front_wide_120fov", {"A": "Left", "B": "Right"})


def test_a_torn_line_and_a_right_answer_that_is_none_cost_their_rows(tmp_path: Path) -> None:
    own = taken("pai_bench.jsonl", tmp_path)
    assert own.facts.left_out == ((3, "the line is not valid JSON"), (4, "the right answer 'D' is no option"))
    assert [(item.category, item.subcategory) for item in own.items] == [("Motion", "ego"), ("Objects", "colour")]


def test_an_item_with_several_videos_becomes_one_item_a_video(tmp_path: Path) -> None:
    scored, *free = taken("llava.json", tmp_path).items
    assert scored.scored and scored.question.startswith("What does the rider do?")
    assert [(item.scenario, item.references, item.scored) for item in free] == [
        ("7", ("A square moves to the right.",), False),
        ("8", ("A square moves to the right.",), False),
    ]


def test_an_evaluation_config_says_where_clips_are_and_how_answers_are_judged(tmp_path: Path) -> None:
    lay_out("llava.json", tmp_path / "media")
    (tmp_path / "media" / "llava.json").rename(tmp_path / "llava.json")
    config = tmp_path / "evaluation.yaml"
    config.write_text((Path(__file__).parents[1] / "data" / "imports" / "llava_evaluation.yaml").read_text())
    (own,) = take_in(config, tmp_path / "outputs", ImportWishes())
    assert [item.id for item in own.items] == ["7#1"], "the other asks for a letter and has no options"
    assert own.items[0].system_prompt == "You judge traffic."
    assert own.facts.settings == {"max_frames": 4, "max_new_tokens": 64, "temperature": 0}
    config.write_text(config.read_text().replace("letter", "freeform"))
    (free,) = take_in(config, tmp_path / "outputs", ImportWishes())
    assert [item.references for item in free.items] == [("B",)] + [("A square moves to the right.",)] * 2


def test_a_label_becomes_a_ground_truth(tmp_path: Path) -> None:
    from cosmos_compare.video.clips import find_scenarios, load_ground_truth

    own = taken("a1.label.json", tmp_path)
    path = own.scenario(own.items[0]).ground_truth
    assert path
    truth = load_ground_truth(path)
    assert truth.scene == "A street by day. weather: dry. time of day: day. road: two lanes"
    assert sorted(truth.objects) == ["bus", "car", "pedestrian"]
    assert [(event.label, event.start, event.critical) for event in truth.events] == [("crosses", 0.5, True)]
    assert (truth.expected_action, truth.risk and truth.risk.level) == ("brake", "high")
    assert truth.more == {"sun": "low, left"}
    (beside,) = find_scenarios(tmp_path)
    assert beside.ground_truth and load_ground_truth(beside.ground_truth) == truth, "read where it lies, too"


def test_a_table_of_fixed_cameras_keeps_its_index_and_leads_nowhere_else(tmp_path: Path) -> None:
    own = taken("video_qa.tsv", tmp_path)
    assert own.facts.task == "video_qa"
    assert [item.keys["index"] for item in own.items] == ["42", "43"]
    assert own.items[1].options == {"A": "one", "B": "two", "C": "three"}
    assert own.facts.left_out == ((4, "'../secret.mp4' leads out of the media folder"),)
    (other,) = taken("event_verification.tsv", tmp_path / "other").items
    assert (other.options, other.system_prompt) == ({}, "Answer yes or no.")


def test_images_become_a_clip_whose_frames_are_the_images(tmp_path: Path) -> None:
    import cv2
    import numpy as np

    from cosmos_compare.records.schema import Settings
    from cosmos_compare.video.clips import probe
    from cosmos_compare.video.plan import plan
    from cosmos_compare.video.timeline import read_timeline

    own = taken("lingoqa.csv", tmp_path, image_fps=2.0)
    first, second = own.items
    assert first.references == ("A square moves.", "A bright square, to the right")
    assert first.video == second.video and first.made and first.scenario == "s1"
    video = own.scenario(first).video
    clip = probe(video)
    assert (clip.n_frames, clip.fps, clip.duration, clip.width, clip.height) == (4, 2.0, 2.0, 96, 64)
    times = plan(read_timeline(video), "s1", Settings(fps=2)).times
    assert (times.indices, times.seconds) == ((0, 1, 2, 3), (0.0, 0.5, 1.0, 1.5))
    import av

    with av.open(video) as container:
        frames = [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]
    for number, frame in enumerate(frames):
        assert np.array_equal(frame, cv2.imread(str(tmp_path / "s1" / f"{number}.png"))), "exact to the pixel"


def test_clips_of_one_name_in_two_folders_have_two_scenarios(tmp_path: Path) -> None:
    own = taken("DoTA_VQA_annotation.json", tmp_path)
    assert {item.scenario for item in own.items} == {"VRU_videos-DoTA-VRU_1", "VRU_videos-DADA-VRU_1"}
    assert own.items[0].options == {"A": "speed, too much of it", "B": "a red light", "C": "rain"}
    assert own.items[0].category == "accident reason"
    (caption,) = taken("DoTA_Dense_Caption.json", tmp_path / "other").items
    assert caption.references == ("A car meets a rider.",)


def test_phases_have_their_seconds_and_a_time_that_is_none_costs_its_question(tmp_path: Path) -> None:
    own = taken("wts_questions.json", tmp_path)
    assert [(item.scenario, item.start, item.end) for item in own.items] == [("a", 0.2, 1.0), ("b", 0.2, 1.0)]
    assert own.facts.left_out == ((1, "question 2: end_time 'nan' is no time in seconds"),)


def test_empty_slots_keep_the_letters_of_the_others(tmp_path: Path) -> None:
    own = taken("sutd.jsonl", tmp_path)
    assert (own.items[0].options, own.items[0].right) == ({"A": "a crash", "C": "nothing"}, ("C",))
    assert own.items[1].right == ("B",)


def test_parquet_is_read_as_the_table_it_is(tmp_path: Path) -> None:
    import csv

    import pyarrow as pa
    import pyarrow.parquet as pq

    source = lay_out("lingoqa.csv", tmp_path)
    with source.open(newline="") as file:
        rows = list(csv.DictReader(file))
    pixels = [b"\x89PNG"] * len(rows)
    images = [[f"{row['segment_id']}/{number}.png" for number in range(4)] for row in rows]
    columns = {name: [row[name] for row in rows] for name in ("question_id", "segment_id", "question", "answer")}
    pq.write_table(pa.table({**columns, "images": images, "image": pixels}), tmp_path / "lingoqa.parquet")
    (own,) = take_in(tmp_path / "lingoqa.parquet", tmp_path / "outputs", ImportWishes())
    (same,) = take_in(source, tmp_path / "others", ImportWishes())
    assert [item.model_dump(exclude={"id", "row"}) for item in own.items] == [
        item.model_dump(exclude={"id", "row"}) for item in same.items
    ]
    whole = (tmp_path / "lingoqa.parquet").read_bytes()
    (tmp_path / "lingoqa.parquet").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(CompareError, match="not a whole parquet file"):
        take_in(tmp_path / "lingoqa.parquet", tmp_path / "outputs", ImportWishes())


def test_a_link_leads_no_further_than_the_media_folder(tmp_path: Path) -> None:
    path = lay_out("sutd.jsonl", tmp_path / "files")
    (tmp_path / "files" / "s1.mp4").rename(tmp_path / "elsewhere.mp4")
    (tmp_path / "files" / "s1.mp4").symlink_to(tmp_path / "elsewhere.mp4")
    with pytest.raises(CompareError, match="a link that leads out of the media folder"):
        take_in(path, tmp_path / "outputs", ImportWishes())
    (own,) = take_in(path, tmp_path / "outputs", ImportWishes(media=tmp_path, name="wider"))
    assert len(own.items) == 2, "from a folder that holds both, it leads inside"
    (tmp_path / "elsewhere.mp4").rename(tmp_path.parent / f"{tmp_path.name}.mp4")
    (tmp_path / "elsewhere.mp4").symlink_to(tmp_path.parent / f"{tmp_path.name}.mp4")
    with pytest.raises(CompareError, match="leads out of the media folder"):
        own.scenario(own.items[0])


def test_a_set_is_replaced_by_its_own_file_only(tmp_path: Path) -> None:
    own = taken("sutd.jsonl", tmp_path / "one")
    outputs = tmp_path / "one" / "outputs"
    assert take_in(tmp_path / "one" / "sutd.jsonl", outputs, ImportWishes())[0].items == own.items
    with pytest.raises(CompareError, match="of another file"):
        take_in(lay_out("sutd.jsonl", tmp_path / "two"), outputs, ImportWishes())


def test_a_name_that_begins_with_the_media_folders_own_is_found_there(tmp_path: Path) -> None:
    path = lay_out("DoTA_VQA_annotation.json", tmp_path)
    (own,) = take_in(path, tmp_path / "outputs", ImportWishes(media=tmp_path / "VRU_videos" / "DoTA"))
    assert [item.video for item in own.items] == ["VRU_1.mp4"] * 2, (
        "and DADA's clip of the same name is not taken for it"
    )
    assert own.facts.reasons == {"a clip is not below the media folder": 1}


@pytest.mark.parametrize("file", ["a9.camera_front_wide_120fov", "a9.camera_front_wide_120fov.mp4", "a9.mp4", "a9"])
@pytest.mark.parametrize("named", ["clips/a9.mp4", "clips/a9"])
def test_a_clip_bears_its_cameras_name_or_no_suffix(tmp_path: Path, named: str, file: str) -> None:
    media = Media(tmp_path)
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips" / file).write_bytes(b"x")
    if (named, file) == ("clips/a9.mp4", "a9"):
        with pytest.raises(RowError):
            media.find(named)
        return
    assert media.find(named) == Path("clips", file)
