"""A local model and the same one behind a server, side by side on Compare."""

from __future__ import annotations

import threading
from pathlib import Path

import fake_vllm
import misbehaving
import pytest
from app_support import html, open_page

from cosmos_compare.records.schema import ModelSpec
from cosmos_compare.ui.shared import resources

pytestmark = pytest.mark.usefixtures("small_app")
SAID = "".join(fake_vllm.WORDS)


def test_local_and_served_answer_side_by_side_and_what_broke_off_goes(
    specs: dict[str, ModelSpec], tmp_path: Path
) -> None:
    gate = threading.Event()

    def half(reply: fake_vllm.Reply, body: fake_vllm.Body) -> None:
        misbehaving.cut(reply, body)
        gate.wait(60)

    with fake_vllm.serve(specs["reason1-tiny"]) as fake:
        with (tmp_path / "models.yaml").open("a", encoding="utf-8") as own:
            own.write(
                f"  served: {{like: reason1-demo, label: Served, source: '{fake.url}', served_name: reason1-tiny}}"
            )
        fake.acts.append(half)
        page = open_page(scenario="scene_1")
        (models,) = [each for each in page.multiselect if each.label == "Models"]
        models.set_value(["reason1-demo", "served"]).run()
        page.text_area(key="question").set_value("What is there?").run()
        page.button(key="run").click().run()
        assert not page.exception, page.exception
        live = resources.board().find(page.query_params["live"])
        assert live is not None and [side.spec.name for side in live.sides] == ["reason1-demo", "served"]
        job = live.sides[1].job
        assert job is not None
        while not job.text:
            assert not job.wait(0.02), job.failure
        page.run()
        assert "Wrong start" in html(page)  # as it streams
        gate.set()
        for side in live.sides:
            assert side.job is not None and side.job.wait(60)
        page.run()
        text = html(page)
    assert not page.exception and SAID in text and "Wrong start" not in text
    assert fake.url.split("/")[2] in text and "vLLM 0.32.0" in text and "not verified" not in text
