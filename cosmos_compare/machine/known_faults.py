"""Versions of other people's programs that are known to be wrong: one table, read by `doctor` and by the engines.

What was seen, and how, stands in docs/LOG.md and docs/SERVERS.md. A version whose fault changes answers is refused
where it would answer, whatever the installation's own requirements say.
"""

from dataclasses import dataclass
from typing import Literal

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from cosmos_compare.errors import CompareError
from cosmos_compare.language import N_, Text
from cosmos_compare.records.model_spec import ModelSpec

# `answers`: they are other ones, so it is refused. `slow`: nothing else. `cured`: this program does that part itself.
Effect = Literal["answers", "slow", "cured"]


@dataclass(frozen=True)
class Fault:
    """What is wrong with some versions of a program. `clock` names the models by how they are told the time; None
    means all."""

    program: str
    versions: SpecifierSet
    effect: Effect
    what: str
    next_step: str
    clock: str | None = None

    def hits(self, version: str, spec: ModelSpec | None = None) -> bool:
        """Whether a version has it, for one model or for any. A version that is none (a build's own name) has not."""
        if spec is not None and self.clock not in {None, spec.vision.clock}:
            return False
        try:
            # Of a build its release counts: 0.30.1.dev3+cpu is 0.30.1.
            return Version(Version(version).base_version) in self.versions
        except InvalidVersion:
            return False


FAULTS = (
    Fault(
        "transformers",
        SpecifierSet("<5.18"),
        "answers",
        N_("it loses Reason1's clock, so its answers about time are wrong"),
        'pip install "transformers>=5.18,<6"',
    ),
    Fault(
        "transformers",
        SpecifierSet(">=5.3"),
        "cured",
        N_("it starts the text behind a video elsewhere than Reason1 was trained with; this program does that itself"),
        "",
        clock="overlay",
    ),
    Fault(
        "torch",
        SpecifierSet(">=2.9,<2.10"),
        "slow",
        N_("it runs the vision encoders of these models 10 to 20 times slower"),
        'pip install "torch>=2.11,<2.14"',
    ),
    Fault(
        "vllm",
        SpecifierSet("<0.31"),
        "answers",
        N_("it ignores the clock of models that are told the time by position (Reason1)"),
        'pip install "vllm>=0.31"',
        clock="overlay",
    ),
)


def faults_of(program: str, version: str, spec: ModelSpec | None = None) -> list[Fault]:
    """What is wrong with a version of a program, for one model or for any."""
    return [fault for fault in FAULTS if fault.program == program and fault.hits(version, spec)]


def refuse_wrong_version(program: str, version: str, spec: ModelSpec) -> None:
    """Raises `CompareError` with the next step where this version answers `spec` otherwise than it should."""
    for fault in faults_of(program, version, spec):
        if fault.effect == "answers":
            raise CompareError(
                "{label}: {program} {version} is known to be wrong: {what}.",
                "Install one that is right: {command}",
                label=spec.label,
                program=program,
                version=version,
                what=Text(fault.what),
                command=fault.next_step,
            )
