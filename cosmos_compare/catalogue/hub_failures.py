"""What stands between a person and a model of the Hub, as a sentence with the next step."""

import errno
import os
from pathlib import Path

from huggingface_hub import constants
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from cosmos_compare.errors import CompareError
from cosmos_compare.language import Text
from cosmos_compare.records.schema import ModelSpec

MORE_SPACE = Text("Free some space, or set HF_HUB_CACHE to a folder on a larger disk.")


def cache_folder() -> Path:
    return Path(constants.HF_HUB_CACHE)


def page(spec: ModelSpec) -> str:
    return f"{constants.ENDPOINT}/{spec.source}"


def explained(error: Exception, spec: ModelSpec) -> CompareError:
    """The client's exception as a sentence with the next step."""
    if isinstance(error, LocalEntryNotFoundError) and isinstance(error.__cause__, Exception):
        error = error.__cause__  # it only says that the file is not in the cache either
    if isinstance(error, HfHubHTTPError):
        what, next_step = _refusal(error, spec)
    else:
        what, next_step = _hindrance(error, spec)
    return CompareError("{name}: {what}", next_step, name=spec.name, what=what)


def _refusal(error: HfHubHTTPError, spec: ModelSpec) -> tuple[str, str]:
    """What the Hub answered. GatedRepoError is a RepositoryNotFoundError, so it comes first."""
    status = error.response.status_code
    if status == 401:
        return (
            Text("{page} does not open without a valid login (or there is no such model).", page=page(spec)),
            Text(
                "Log in with `hf auth login`; a token that may only read is enough. Then: {pull_command}",
                pull_command=pull_command(spec),
            ),
        )
    if isinstance(error, GatedRepoError):
        return (
            Text("your account has no access to {source} yet.", source=spec.source),
            Text(
                "Ask for it on the model's page, {page}, then: {pull_command}",
                page=page(spec),
                pull_command=pull_command(spec),
            ),
        )
    if status == 403:
        return (
            Text("your token may not read {source}.", source=spec.source),
            Text("Give it the right to read gated repositories, or log in with another: hf auth login"),
        )
    if isinstance(error, RevisionNotFoundError):
        return Text("{source} has no revision {revision}.", source=spec.source, revision=spec.revision), Text(
            "Fix its revision in the model list."
        )
    if isinstance(error, RepositoryNotFoundError):
        return Text("{page} does not exist.", page=page(spec)), Text("Fix its source in the model list.")
    return Text("the Hub answers with error {status}.", status=status), Text(
        "Try again later: {pull_command}", pull_command=pull_command(spec)
    )


def _hindrance(error: Exception, spec: ModelSpec) -> tuple[str, str]:
    """What stood in the way on this machine or on the way to the Hub."""
    number = error.errno if isinstance(error, OSError) else None
    # hf_xet, which fetches large files for the client, knows only RuntimeError and a text.
    from_xet = isinstance(error, RuntimeError)
    if isinstance(error, OfflineModeIsEnabled):
        return Text("the Hub's client is in offline mode."), Text(
            "Unset HF_HUB_OFFLINE, then: {pull_command}", pull_command=pull_command(spec)
        )
    if number in {errno.ENOSPC, errno.EDQUOT} or (from_xet and "No space left" in str(error)):
        return Text(
            "the disk of {cache_folder} is full; finished files are kept.", cache_folder=cache_folder()
        ), MORE_SPACE
    if number is not None and not isinstance(error, ConnectionError):
        return (
            Text(
                "{cache_folder} can't be written ({reason}).", cache_folder=cache_folder(), reason=os.strerror(number)
            ),
            Text("Set HF_HUB_CACHE to a folder of your own."),
        )
    if from_xet:
        return (
            Text("the Hub's storage for large files does not deliver."),
            Text(
                "Check the network, or set HF_HUB_DISABLE_XET=1 to go another way, then: {pull_command}",
                pull_command=pull_command(spec),
            ),
        )
    return (
        Text("the connection to {endpoint} failed or broke off; finished files are kept.", endpoint=constants.ENDPOINT),
        Text("Check the network, then: {pull_command}", pull_command=pull_command(spec)),
    )


def pull_command(spec: ModelSpec) -> str:
    return f"cosmos-compare models pull {spec.name}"
