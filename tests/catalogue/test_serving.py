"""How models are served: which cards, which flags; and that what is printed is what this program takes."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
import yaml

from cosmos_compare.catalogue.models import load_models, resolve_models
from cosmos_compare.catalogue.serving import Share, serve_commands, shares_of
from cosmos_compare.cli import main
from cosmos_compare.errors import CompareError
from cosmos_compare.machine.facts import GB
from cosmos_compare.records.schema import ModelSpec


def specs(*names: str) -> list[ModelSpec]:
    models = load_models()
    return [models[name] for name in names]


@pytest.mark.parametrize(
    ("names", "cards", "expected"),
    [
        (["reason1"], [80], [Share((0,))]),
        (["reason1", "reason2"], [80] * 2, [Share((0,)), Share((1,))]),
        (["reason1", "reason2"], [80] * 5, [Share((0, 1, 2)), Share((3, 4))]),
        (["reason1"], [24], [Share((0,))]),
        (["reason1"], [12, 12, 12], [Share((0, 1), 2)]),  # split over two; the third is left
        (["cosmos3-super"], [80] * 4, [Share((0, 1, 2, 3), 2)]),
        (["reason1", "cosmos3-super"], [80] * 4, [Share((0, 1)), Share((2, 3), 2)]),
        (["reason1", "reason2"], [80], [Share((0,), part=0.64), Share((0,), part=0.25)]),
        (["reason1", "reason2", "reason2-8b"], [80, 80], [Share((0,), part=0.64), Share((0,), part=0.25), Share((1,))]),
    ],
)
def test_each_model_gets_cards_of_its_own_where_there_are_enough(
    names: list[str], cards: list[int], expected: list[Share]
) -> None:
    found = shares_of(specs(*names), [size * GB for size in cards])
    if len(names) == 3:  # which two share a card is nobody's affair; all fit
        assert {card for share in found for card in share.cards} == {0, 1}
        assert all(sum(s.part for s in found if s.cards == (card,)) <= 0.91 for card in (0, 1))
    else:
        assert found == expected


@pytest.mark.parametrize(
    ("names", "cards", "words"),
    [
        (["reason1"], [12], "reason1 needs 19.6 GB, and 1 cards have 10.8 GB"),
        (["reason1", "reason2"], [24], "don't fit on 1 cards together"),
        (["reason1", "cosmos3-super"], [80, 80], "don't fit on 2 cards together"),
    ],
)
def test_what_does_not_fit_says_so(names: list[str], cards: list[int], words: str) -> None:
    with pytest.raises(CompareError, match=words) as caught:
        shares_of(specs(*names), [size * GB for size in cards])
    assert caught.value.hint


def test_flags_are_those_without_which_an_answer_would_be_another(tmp_path: Path) -> None:
    one, two = serve_commands(specs("reason1", "reason2"), [80 * GB] * 2)
    for served in (one, two):
        assert {"--trust-request-mm-kwargs", "--enable-prompt-tokens-details"} <= set(served.command)
        assert "--trust-remote-code" not in served.command
    assert "--trust-request-chat-template" in two.command  # Reason2's template is sent with the request
    assert "--trust-request-chat-template" not in one.command
    spec = load_models()["reason1"]
    assert one.command[one.command.index("--revision") + 1] == spec.revision
    assert int(one.command[one.command.index("--max-model-len") + 1]) >= 8192 + 4096
    assert one.environment == {"CUDA_VISIBLE_DEVICES": "0"}


def test_whoever_can_be_reached_by_others_asks_for_a_key_that_no_list_of_programs_shows() -> None:
    (six,) = serve_commands(specs("reason1"), [80 * GB], host="::1")
    assert six.address == "http://[::1]:8001/v1"
    (served,) = serve_commands(specs("reason1"), [80 * GB], host="0.0.0.0")
    assert served.environment["VLLM_API_KEY"] == '"$COSMOS_COMPARE_KEY"'
    assert "--api-key" not in served.command and "0.0.0.0" not in served.address


def test_what_only_its_own_processor_can_show_is_not_served(successors: dict[str, Path]) -> None:
    (spec,) = resolve_models([f"x={successors['llava-tiny']}"])
    with pytest.raises(CompareError, match="can't be asked for over the network"):
        serve_commands([spec.model_copy(update={"size_bytes": GB})], [80 * GB])


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["serve-command", *words]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("key", [False, True])
def test_what_is_printed_is_what_this_program_takes(
    key: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = printed(capsys, "reason1-demo", "reason2-demo", "--gpus", "2", *(["--key"] if key else []))
    entries = "models:" + text.split("\nmodels:")[1].split("\n\n")[0]
    own = tmp_path / "models.yaml"
    own.write_text(entries)
    monkeypatch.setenv("COSMOS_COMPARE_MODELS", str(own))
    run = shlex.split(next(line for line in text.splitlines() if line.startswith("cosmos-compare run")))
    asked = resolve_models(run[run.index("--models") + 1 :])
    listed = resolve_models(list(yaml.safe_load(entries)["models"]))
    for spec, entry in zip(asked, listed, strict=True):
        assert spec.server and entry.server and spec.server.addresses == entry.server.addresses
        assert entry.vision == spec.vision == load_models()[str(entry.server.like)].vision
        assert entry.server.api_key_env == ("COSMOS_COMPARE_KEY" if key else "")


def test_json_for_programs_and_sentences_for_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    (served,) = json.loads(printed(capsys, "reason1", "--gpus", "4", "--gpu-memory", "80", "--json"))
    assert (served["copies"], served["cards"], served["command"][:2]) == (4, [0, 1, 2, 3], ["vllm", "serve"])
    for words, said in [
        (["reason1", "--port", "0"], "0 is no port"),
        (["reason1", "--gpus", "-1"], "--gpus -1"),
        (["reason1", "--gpu-memory", "nan"], "is no size of a card"),
        (["reason1=http://127.0.0.1:1/v1"], "is served already"),
    ]:
        assert main(["serve-command", *words]) == 2
        assert said in capsys.readouterr().err
