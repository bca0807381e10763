"""Prompt files: what loads, what is refused in which words, and where each part ends up."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cosmos_compare.catalogue.models import load_models
from cosmos_compare.cli import build_parser, main
from cosmos_compare.cli.arguments import prompt_of
from cosmos_compare.errors import CompareError
from cosmos_compare.prompts import fill, find_prompts, load_prompt, messages
from cosmos_compare.records.schema import Prompt


def test_every_shipped_prompt_loads_and_asks_something() -> None:
    prompts = [load_prompt(path) for path in find_prompts()]
    names = {prompt.name for prompt in prompts}
    assert names == {"driving", "critical_objects", "risk", "next_action", "timeline", "boxes", "report"}
    assert all(prompt.user_prompt and prompt.system_prompt for prompt in prompts)


def test_the_report_asks_for_about_fifteen_fields() -> None:
    text = load_prompt(Path("report")).user_prompt
    assert 14 <= text.count('":') <= 16


def test_a_file_like_upstreams_with_one_key_loads(tmp_path: Path) -> None:
    path = tmp_path / "driving.yaml"
    path.write_text('system_prompt: "You are a driver. Answer in JSON."\n')
    assert load_prompt(path).user_prompt == ""


def test_a_question_replaces_the_files_own(tmp_path: Path) -> None:
    prompt = load_prompt(Path("driving"), question="Is it raining?")
    assert prompt.user_prompt == "Is it raining?"
    assert prompt.version != load_prompt(Path("driving")).version


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"user_prompt: hi\nmodel: gpt\n", "unknown key 'model'"),
        ("user_prompt: caf\u00e9".encode("latin-1"), "not UTF-8"),
        (b"a: &a [x, x]\nb: &b [*a, *a]\nuser_prompt: *b\n", "aliases"),
        (b"", "empty"),
        (b"- user_prompt: hi\n", "a list"),
        (b"just words", "one str"),
        (b"user_prompt: [a, b]\n", "is list, not text"),
        (b"user_prompt: 'open\n", "not valid YAML"),
        (b"user_prompt: ''\n", "neither a system prompt nor a question"),
        (b"!!python/object/apply:os.system ['true']\n", "not valid YAML"),
        (b"user_prompt: " + b"[" * 500, "nested more than"),
        (b"user_prompt: " + b"[" * 50_000, "n"),  # the parser itself may refuse it first
    ],
)
def test_a_bad_prompt_file_is_one_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "prompt.yaml"
    path.write_bytes(content)
    with pytest.raises(CompareError, match=r"prompt\.yaml") as caught:
        load_prompt(path)
    assert sentence in str(caught.value)


def test_a_missing_prompt_file_is_named() -> None:
    with pytest.raises(CompareError, match=r"nowhere\.yaml"):
        load_prompt(Path("nowhere.yaml"))


def test_blanks_are_filled_only_when_given_and_other_braces_stay() -> None:
    text = 'In {scenario}, {"events": []} for {object_name}, {duration} s'
    assert fill(text, {"scenario": "s{duration}", "duration": "8.0"}) == (
        'In s{duration}, {"events": []} for {object_name}, 8.0 s'
    )


def test_the_reasoning_block_goes_where_each_model_was_taught() -> None:
    models = load_models()
    prompt = Prompt(name="p", system_prompt="SYSTEM", user_prompt="QUESTION", reasoning=True)
    one = messages(prompt, models["reason1"], {})
    two = messages(prompt, models["reason2"], {})
    assert one.system.startswith("SYSTEM") and "<answer>" in one.system and one.user == "QUESTION"
    assert two.user.startswith("QUESTION") and "<think>" in two.user and two.system == "SYSTEM"


def test_without_a_system_prompt_the_models_own_is_used() -> None:
    spec = load_models()["reason2"]
    assert messages(Prompt(name="p", user_prompt="Q"), spec, {}).system == spec.default_system_prompt


HALF = "\ud800"


@pytest.mark.parametrize("question", ["", "  ", "\n\t", f"What is {HALF}?"])
def test_a_question_that_is_none_is_refused(question: str) -> None:
    with pytest.raises(CompareError, match="--question") as caught:
        load_prompt(Path("driving"), question=question)
    assert caught.value.field == "question"


@pytest.mark.parametrize(
    "words",
    [
        ["--question", "  "],
        ["--question", f"a{HALF}b"],
        ["--question", "Where is the {object_name}?", "--reasoning"],
        ["--question", "Where is the {object_name}?", "--object", " "],
        ["--question", "Where is the {object_name}?", "--object", HALF],
        ["--end", "1", "--start", "2"],
        ["--fps", "nan"],
    ],
)
def test_what_cannot_be_asked_is_a_sentence_before_anything_is_loaded(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", *words]) == 2
    told = capsys.readouterr().err
    assert told.startswith("cosmos-compare: ") and "Value error" not in told and "Traceback" not in told
    assert told.count("\n") == 1 and ("--" in told or words[0] in told)


def test_an_object_fills_its_blank() -> None:
    args = build_parser("run").parse_args(["run", "--question", "Where is the {object_name}?", "--object", "car"])
    assert prompt_of(args).user_prompt == "Where is the car?"


@pytest.mark.parametrize("key", ["system_prompt", "user_prompt", "other", "1", "~"])
@pytest.mark.parametrize(
    "value",
    [
        *("[a]", "{a: b}", "1", "1.5", "true", ".nan", "2026-11-26", '"\\ud800"', "!!binary aGk=", "!!set {a}", "*x"),
        *("&x a", "!!python/name:os.system"),
    ],
)
def test_a_prompt_file_of_wrong_types_is_a_sentence_or_a_prompt(key: str, value: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(f"{key}: {value}\n")
    with contextlib.suppress(CompareError):
        assert load_prompt(path).version


@given(st.text(max_size=60) | st.sampled_from(["a: " * 3000, "[" * 5000, "{" * 5000, "- " * 5000, "a:\n " * 99]))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_yaml_is_a_sentence_or_a_prompt(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(f"user_prompt: ok\n{text}", encoding="utf-8", errors="surrogatepass")
    with contextlib.suppress(CompareError):
        assert load_prompt(path).name == "mine"
