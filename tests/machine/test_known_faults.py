"""Versions that are known to be wrong: named, and refused where they change answers."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

import pytest

from cosmos_compare.catalogue.models import load_models
from cosmos_compare.cli import doctor
from cosmos_compare.engines.load import load_engine
from cosmos_compare.errors import CompareError
from cosmos_compare.machine import checks
from cosmos_compare.machine.known_faults import FAULTS, faults_of, refuse_wrong_version


@pytest.mark.parametrize(
    ("program", "version", "model", "words"),
    [
        ("vllm", "0.30.1", "reason1", "ignores the clock"),
        ("vllm", "0.30.1.dev3+cpu", "reason1", "ignores the clock"),
        ("vllm", "0.30.9", "reason2", ""),
        ("vllm", "0.31.0", "reason1", ""),
        ("vllm", "0.32.0+cu130", "reason1", ""),
        ("vllm", "nightly", "reason1", ""),  # no version: the server's own probe of the clock decides
        ("transformers", "5.17.2", "reason1", "loses Reason1's clock"),
        ("transformers", "4.57.1", "reason2", "loses Reason1's clock"),
        ("transformers", "5.24.0", "reason1", ""),
        ("torch", "2.9.1", "reason1", ""),  # slow, and right
    ],
)
def test_what_changes_answers_is_refused_with_the_next_step(program: str, version: str, model: str, words: str) -> None:
    spec = load_models()[model]
    if not words:
        return refuse_wrong_version(program, version, spec)
    with pytest.raises(CompareError, match=words) as caught:
        refuse_wrong_version(program, version, spec)
    assert f"{program} {version}" in caught.value.message and "pip install" in caught.value.hint
    return None


def test_an_engine_is_not_loaded_with_such_a_version(tiny: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    from cosmos_compare.catalogue.models import resolve_models

    (spec,) = resolve_models([f"mine={tiny['reason1-tiny']}"])
    installed = metadata.version
    monkeypatch.setattr(metadata, "version", lambda name: "5.17.0" if name == "transformers" else installed(name))
    with pytest.raises(CompareError, match=r"transformers 5\.17\.0 is known to be wrong") as caught:
        load_engine(spec, lambda: None)
    assert "transformers>=5.18" in caught.value.hint


def test_doctor_names_them_and_what_this_program_does_itself() -> None:
    found = checks.check_known_faults({"vllm": "0.30.0", "transformers": "5.24.0", "torch": "2.13.0"})
    told = {check.name: check for check in found}
    assert (told["vllm"].status, told["transformers"].status) == ("note", "ok")
    assert "0.30.0 is known to be wrong" in told["vllm"].text and "vllm>=0.31" in told["vllm"].next_step
    assert "this program does that itself" in told["transformers"].text
    assert checks.check_known_faults({"vllm": "0.31.0", "torch": "2.13.0"}) == []
    assert "transformers" in {check.name for check in doctor.examine() if "behind a video" in check.text}


def test_the_installation_of_the_tests_is_none_of_them() -> None:
    """The table would refuse every engine here if a range were mistyped."""
    for fault in FAULTS:
        if fault.program in {"torch", "transformers"} and fault.effect != "cured":
            assert fault not in faults_of(fault.program, metadata.version(fault.program))
