"""The Hub through its real client, in a process of its own, against a small server on 127.0.0.1."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from checkpoints import weights
from hub_server import COMMIT, REPO, Hub, serve

from cosmos_compare.effort.book import read_book

# The client resumes in steps of 10 MiB, so a file must be longer for a cut to leave something to keep.
CHUNK = 10 * 1024 * 1024
WEIGHTS = weights(bytes(range(256)) * (CHUNK // 100))
SMALL = {
    "config.json": b'{"model_type": "qwen2_5_vl"}',
    "tokenizer.json": b"{}",
    "preprocessor_config.json": b'{"a": 1}',
    "merges.txt": b"a b",
    "chat_template.jinja": b"{{ messages }}",
}
UNWANTED = {"pytorch_model.bin": b"a pickle", "modeling_street.py": b"import os", "README.md": b"# Street"}
FILES = {**SMALL, **UNWANTED, "model.safetensors": weights()}
PROGRAM = "import sys; from cosmos_compare.cli import main; sys.exit(main())"


class Client:
    """The command line as a user has it, with a home, a model list and a Hub of its own."""

    def __init__(self, home: Path, endpoint: str, revision: str = COMMIT) -> None:
        self.home = home
        entry = f"{{family: qwen2_5_vl, source: {REPO}, revision: '{revision}', gated: true}}"
        (home / "models.yaml").write_text(f"models:\n  street: {entry}\n")
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "TRANSFORMERS_"))}
        self.env = inherited | {
            "HF_ENDPOINT": endpoint,
            "HF_HOME": str(home / "hf"),
            "COSMOS_COMPARE_OUTPUTS": str(home / "outputs"),
            "COSMOS_COMPARE_MODELS": str(home / "models.yaml"),
        }

    def start(self, *words: str, program: str = PROGRAM, **env: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-c", program, *words],
            env=self.env | env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str, program: str = PROGRAM, **env: str) -> tuple[int, str, str]:
        process = self.start(*words, program=program, **env)
        stdout, stderr = process.communicate(timeout=60)
        return process.returncode, stdout, stderr

    def refusal(self, **env: str) -> str:
        """The one sentence that a failing pull ends with; everything else about it is checked here."""
        code, stdout, stderr = self.run("models", "pull", "street", **env)
        assert (code, stdout) == (2, "")
        assert "Traceback" not in stderr
        return stderr.strip().splitlines()[-1]

    @property
    def snapshot(self) -> Path:
        return self.home / "hf" / "hub" / f"models--{REPO.replace('/', '--')}" / "snapshots" / COMMIT

    def names(self) -> set[str]:
        return {path.name for path in self.snapshot.iterdir()}


@pytest.fixture
def hub() -> Iterator[Hub]:
    with serve(Hub(dict(FILES))) as hub:
        yield hub


@pytest.fixture
def client(hub: Hub, tmp_path: Path) -> Client:
    return Client(tmp_path, hub.endpoint)


def test_a_pulled_model_is_found_again_without_the_network(hub: Hub, client: Client) -> None:
    code, stdout, _ = client.run("models", "pull", "street", "--json")
    assert code == 0
    assert json.loads(stdout) == {"name": "street", "folder": str(client.snapshot)}
    took = read_book(client.home / "outputs").downloads["street"]
    assert (took.revision, took.bytes) == (COMMIT, sum(len(FILES[name]) for name in client.names()))
    assert 0 < took.seconds < 60
    hub.requests.clear()
    code, stdout, _ = client.run("models", "pull", "street", HF_HUB_OFFLINE="1")
    assert (code, stdout, hub.requests) == (0, f"street: {client.snapshot}\n", [])
    assert read_book(client.home / "outputs").downloads["street"] == took


def test_neither_pickles_nor_code_nor_copies_in_other_forms_are_fetched(hub: Hub, client: Client) -> None:
    client.run("models", "pull", "street")
    assert client.names() == {*SMALL, "model.safetensors"}
    assert not any(name in path for name in [*UNWANTED, "original"] for _, path, _ in hub.requests)


def test_weights_in_folders_are_fetched_as_the_index_says_and_nothing_else_of_them(hub: Hub, client: Client) -> None:
    """Cosmos3's checkpoint lies in two folders, beside those of its generator's other parts."""
    names = ["transformer/a-1-of-2.safetensors", "transformer/a-2-of-2.safetensors", "vision_encoder/model.safetensors"]
    hub.files["model.safetensors.index.json"] = json.dumps({"weight_map": {name: name for name in names}}).encode()
    del hub.files["model.safetensors"]
    others = ["vae/model.safetensors", "transformer/config.json", "transformer/code.py"]
    hub.files |= {name: weights(name.encode()) for name in [*names, *others]}
    code, stdout, stderr = client.run("models", "pull", "street")
    assert (code, stdout) == (0, f"street: {client.snapshot}\n"), stderr
    below = {str(path.relative_to(client.snapshot)) for path in client.snapshot.glob("*/*")}
    assert below == set(names)


def test_a_model_without_a_pinned_revision_is_told_by_the_one_that_came(hub: Hub, client: Client) -> None:
    own = client.home / "models.yaml"
    own.write_text(own.read_text().replace(f"revision: '{COMMIT}', ", ""))
    code, stdout, stderr = client.run("models", "pull", "street")
    assert code == 0, stderr
    assert f"`revision: {COMMIT}`" in stdout
    program = (
        "import sys; from cosmos_compare.catalogue.models import resolve_models as r; print(r(['street'])[0].revision)"
    )
    assert client.run(program=program)[1] == f"{COMMIT}\n"


def test_a_cut_connection_goes_on_where_it_was(hub: Hub, client: Client) -> None:
    hub.files["model.safetensors"] = WEIGHTS
    hub.cut.add("model.safetensors")
    code, _, _ = client.run("models", "pull", "street")
    assert code == 0
    assert [span for name, span in hub.fetched() if name == "model.safetensors"] == ["", f"bytes={CHUNK}-"]
    assert (client.snapshot / "model.safetensors").read_bytes() == WEIGHTS


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_a_stopped_pull_keeps_its_finished_files(hub: Hub, client: Client, end: signal.Signals) -> None:
    """Nothing is listed as here before it is whole, and the second pull fetches only what the first had not."""
    hub.hold.add("model.safetensors")
    process = client.start("models", "pull", "street")
    assert hub.holding.wait(30)
    process.send_signal(end)
    _, stderr = process.communicate(timeout=60)
    if end == signal.SIGINT:
        assert process.returncode == 130
        assert stderr.endswith("stopped. Finished files are kept; go on with: cosmos-compare models pull street\n")
    assert not _listed(client)["folder"]

    hub.hold.clear()
    hub.requests.clear()
    assert client.run("models", "pull", "street")[0] == 0
    assert [name for name, _ in hub.fetched()] == ["model.safetensors"]
    assert _listed(client)["folder"] == str(client.snapshot)


def test_what_a_killed_pull_left_is_removed_once_it_is_old(client: Client) -> None:
    blobs = client.snapshot.parents[1] / "blobs"
    blobs.mkdir(parents=True)
    old, young, resumable = (blobs / f"{name}.incomplete" for name in ("ab.0123abcd", "cd.0123abcd", "ef"))
    for path in (old, young, resumable):
        path.write_bytes(b"half")
    for path in (old, resumable):
        os.utime(path, (time.time() - 7200,) * 2)
    client.run("models", "pull", "street")
    assert sorted(blobs.glob("*.incomplete")) == [young, resumable]


def test_a_model_with_several_weights_files_is_whole_only_with_all_of_them(hub: Hub, client: Client) -> None:
    index = {"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}
    hub.files["model.safetensors.index.json"] = json.dumps(index).encode()
    hub.files |= {"model-00001-of-00002.safetensors": weights(1), "model-00002-of-00002.safetensors": weights(2)}
    del hub.files["model.safetensors"]
    assert client.run("models", "pull", "street")[0] == 0
    assert _listed(client)["folder"] == str(client.snapshot)
    (client.snapshot / "model-00002-of-00002.safetensors").unlink()
    assert not _listed(client)["folder"]


def test_a_gated_model_without_a_login(hub: Hub, client: Client) -> None:
    hub.refuse_files = (401, "GatedRepo", "Access to model acme/street-vlm is restricted.")
    assert "hf auth login" in client.refusal()
    hub.refuse_files, hub.refuse_list = None, (401, "", "Invalid username or password.")
    assert "hf auth login" in client.refusal()


def test_a_gated_model_without_access(hub: Hub, client: Client) -> None:
    """GatedRepoError is a RepositoryNotFoundError: caught in the wrong order it says that the model is gone."""
    hub.refuse_files = (403, "GatedRepo", "Access to model acme/street-vlm is restricted.")
    said = client.refusal()
    assert f"{hub.endpoint}/{REPO}" in said
    assert "Ask for it" in said


def test_a_token_without_the_right_is_never_shown(hub: Hub, client: Client) -> None:
    hub.refuse_files = (403, "", "Please enable access to public gated repositories.")
    code, stdout, stderr = client.run("models", "pull", "street", "--debug", HF_TOKEN="hf_secretsecret")
    assert code == 1
    assert "Bearer hf_secretsecret" in hub.authorization
    assert "your token may not read" in stderr
    assert "secretsecret" not in stdout + stderr


def test_a_model_that_does_not_exist(hub: Hub, client: Client) -> None:
    hub.refuse_list = (404, "RepoNotFound", "Repository not found")
    assert "does not exist" in client.refusal()


def test_a_revision_that_does_not_exist(hub: Hub, tmp_path: Path) -> None:
    assert f"no revision {'f' * 40}" in Client(tmp_path, hub.endpoint, revision="f" * 40).refusal()


def test_a_hub_that_is_out_of_order(hub: Hub, client: Client) -> None:
    hub.refuse_list = (503, "", "")
    assert "error 503" in client.refusal()


def test_no_network(tmp_path: Path) -> None:
    assert "connection to http://127.0.0.1:9 failed" in Client(tmp_path, "http://127.0.0.1:9").refusal()


def test_offline_mode(hub: Hub, client: Client) -> None:
    assert "Unset HF_HUB_OFFLINE" in client.refusal(HF_HUB_OFFLINE="1")
    assert hub.requests == []


def test_a_model_larger_than_the_disk_is_not_begun(hub: Hub, client: Client) -> None:
    hub.claimed["model.safetensors"] = 10**18
    said = client.refusal()
    assert "needs 1,000,000,000.0 GB" in said
    assert "HF_HUB_CACHE" in said
    assert hub.fetched() == []


def test_a_disk_that_fills_up_on_the_way(hub: Hub, client: Client, tmp_path: Path) -> None:
    small = tmp_path / "small disk"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(small)], capture_output=True)
    if mounted.returncode:
        pytest.skip("needs the right to mount a small file system")
    try:
        hub.files["model.safetensors"] = WEIGHTS
        hub.claimed["model.safetensors"] = None
        assert f"the disk of {small} is full" in client.refusal(HF_HUB_CACHE=str(small), PYTHONWARNINGS="ignore")
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_a_cache_that_cannot_be_written(client: Client, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "Set HF_HUB_CACHE" in client.refusal(HF_HUB_CACHE=str(tmp_path / "file" / "hub"))


def test_storage_for_large_files_that_does_not_answer(hub: Hub, client: Client) -> None:
    """Large files of the Hub come from a storage of their own, whose client raises a bare RuntimeError."""
    hub.extra_headers = {"X-Xet-Hash": "a" * 64, "X-Xet-Refresh-Route": f"{hub.endpoint}/xet-token"}
    assert "HF_HUB_DISABLE_XET=1" in client.refusal()
    assert client.run("models", "pull", "street", HF_HUB_DISABLE_XET="1")[0] == 0


def test_nothing_is_asked_but_the_model(hub: Hub, client: Client) -> None:
    """The client's own telemetry is off: it asked for a list of programs to tell the Hub which one this is."""
    client.run("models", "pull", "street")
    assert all(REPO in path for _, path, _ in hub.requests)


def test_a_repository_without_safetensors_is_refused(hub: Hub, client: Client) -> None:
    del hub.files["model.safetensors"]
    assert "has no model.safetensors" in client.refusal()


def test_before_loading_a_model_that_is_not_here_one_is_told_how_to_get_it(hub: Hub, client: Client) -> None:
    ask = (
        "from cosmos_compare.catalogue.hub import access_problem;"
        "from cosmos_compare.catalogue.models import load_models;"
        "print(access_problem(load_models()['street']))"
    )
    _, said, _ = client.run(program=ask)
    assert "are not on this machine" in said
    assert f"{hub.endpoint}/{REPO}" in said
    assert "cosmos-compare models pull street" in said
    client.run("models", "pull", "street")
    assert client.run(program=ask)[1] == "None\n"
    (client.snapshot / "tokenizer.json").unlink()
    assert "only partly on this machine (tokenizer.json" in client.run(program=ask)[1]


def _listed(client: Client) -> dict[str, object]:
    _, stdout, _ = client.run("models", "--json")
    return next(row for row in json.loads(stdout) if row["name"] == "street")
