"""A chat template is a stranger's program: it renders as the library does it, within limits, and can be stopped."""

from __future__ import annotations

import threading
from pathlib import Path

import checkpoints
import pytest
from engine_requests import answer, make_request

from cosmos_compare.catalogue.models import resolve_models
from cosmos_compare.engines.local.chat_template import ChatTemplate, Stopped
from cosmos_compare.engines.local.engine import LocalEngine
from cosmos_compare.engines.local.libraries import AutoProcessor
from cosmos_compare.engines.local.loading import SAFE, load_processor
from cosmos_compare.errors import CompareError

TURNS = [
    {"role": "system", "content": [{"type": "text", "text": "Be brief.\n  "}]},
    {"role": "user", "content": [{"type": "video"}, {"type": "text", "text": 'Où <est> "ça" & {{ x }} {% raw %} 車?'}]},
]
USUAL = {
    "loops and joins": "{% for m in messages %}{{ m.role }}:{% for c in m.content %}{{ c.text | default('V') }}"
    "{% if not loop.last %},{% endif %}{% endfor %}\n  {% endfor %}{% if add_generation_prompt %}A{% endif %}",
    "json": "{{ messages | tojson }}{{ messages[0] | tojson(indent=2) }}",
    "namespace": "{%- set ns = namespace(n=0) -%}\n{%- for m in messages -%}\n{%- set ns.n = ns.n + 1 -%}\n"
    "{%- if ns.n > 1 -%}{%- break -%}{%- endif -%}{%- endfor -%}{{ ns.n }}",
    "generation": "{% generation %}{{ messages[0].content[0].text | trim }}{% endgeneration %}!",
    "macros": "{% macro say(t) %}<{{ t }}>{% endmacro %}{{ say(messages[1].role) }}{{ dict(a=1) }}",
    "names": "{{ eos_token }}{{ tools is none }}{{ documents is none }}{{ unknown is defined }}",
}  # fmt: skip
HOSTILE = {
    "loops for ever": "{% for i in range(99999) %}{% for j in range(99999) %}{% set x = j %}{% endfor %}{% endfor %}",
    "fills the memory": "{{ 'a' * 99999999999 }}",
    "doubles": "{% set n = namespace(x='a') %}{% for i in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}{{ n.x }}",
    "pads": "{{ '%99999999999d' % 1 }}",
    "formats": "{{ '{:>9999999999}'.format(1) }}",
    "a large number": "{{ 9 ** (9 ** (8 + messages | length)) }}",
    "writes without end": "{% for i in range(99999) %}{% for j in range(99999) %}aaaaaaaa{% endfor %}{% endfor %}",
    "calls itself": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "leaves the sandbox": "{{ ''.__class__.__mro__ }}{{ cycler.__init__.__globals__.os.system('true') }}x",
    "no template": "{% for %}",
    "refuses": "{{ raise_exception('only assistants here') }}",
    "of the wrong type": "{{ messages + 1 }}",
}


@pytest.fixture(scope="module")
def processor(tiny: dict[str, Path]) -> object:
    return AutoProcessor.from_pretrained(tiny["reason2-tiny"], **SAFE)


@pytest.mark.parametrize("kind", USUAL)
def test_a_template_renders_as_the_library_does_it(kind: str, processor: object) -> None:
    theirs = processor.apply_chat_template(TURNS, chat_template=USUAL[kind], tokenize=False, add_generation_prompt=True)
    ours = ChatTemplate(USUAL[kind], dict(processor.tokenizer.special_tokens_map))
    assert ours.render(TURNS) == theirs
    ours.close()


@pytest.mark.parametrize("name", ["reason1-tiny", "reason2-tiny"])
def test_the_templates_of_checkpoints_render_as_the_library_does_it(name: str, tiny: dict[str, Path]) -> None:
    processor = load_processor(tiny[name])
    theirs = processor.apply_chat_template(TURNS, tokenize=False, add_generation_prompt=True)
    template = ChatTemplate(processor.chat_template, dict(processor.tokenizer.special_tokens_map))
    assert template.render(TURNS) == theirs
    template.close()


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_template_is_a_sentence_and_the_next_prompt_is_not_hurt(kind: str) -> None:
    template = ChatTemplate("{% if messages[0].role == 'bad' %}" + HOSTILE[kind] + "{% endif %}fine", {})
    if kind == "no template":
        with pytest.raises(CompareError, match="TemplateSyntaxError"):
            template.render(TURNS)
        return
    assert template.render(TURNS) == "fine"
    with pytest.raises(CompareError, match="The chat template can't be used: ") as caught:
        template.render([{"role": "bad"}])
    assert len(caught.value.message) < 400
    assert template.render(TURNS) == "fine"
    template.close()


@pytest.mark.timeout(60)  # without the stop it would loop until its own limit and raise something else
def test_stop_ends_a_template_at_once() -> None:
    template = ChatTemplate(HOSTILE["loops for ever"], {})
    stopped = threading.Event()
    threading.Timer(0.2, stopped.set).start()
    with pytest.raises(Stopped):
        template.render(TURNS, stopped.is_set)


def test_a_template_that_hangs_on_one_question_leaves_the_model_to_the_next(
    tiny: dict[str, Path], tmp_path: Path
) -> None:
    """The question decides, so that loading finds nothing wrong."""
    folder = checkpoints.copy(tiny["reason2-tiny"], tmp_path / "mine")
    path = folder / "chat_template.jinja"
    trap = "{% if 'hang' in messages[-1].content[-1].text %}" + HOSTILE["loops for ever"] + "{% endif %}"
    path.write_text(trap + path.read_text())
    (spec,) = resolve_models([f"mine={folder}"])
    engine = LocalEngine(spec, folder)
    hung = answer(engine, make_request(spec, [0.0, 0.5], question="Please hang."))
    assert hung.finish == "error" and hung.error is not None and "chat template" in hung.error.message
    assert answer(engine, make_request(spec, [0.0, 0.5], question="What happens?")).finish in {"stop", "length"}
    stopped = engine.answer(
        make_request(spec, [0.0, 0.5], question="Please hang."), lambda _: None, lambda _: None, lambda: True
    )
    assert stopped.finish == "cancelled"
    engine.close()


def test_a_template_in_tokenizer_config_is_used(tiny: dict[str, Path], tmp_path: Path) -> None:
    folder = checkpoints.copy(tiny["reason1-tiny"], tmp_path / "mine")
    text = (folder / "chat_template.jinja").read_text()
    (folder / "chat_template.jinja").unlink()
    checkpoints.with_json(folder, "tokenizer_config.json", chat_template=text)
    assert load_processor(folder).chat_template == text
    named = [{"name": "default", "template": text}, {"name": "tool_use", "template": "{{ tools }}"}]
    checkpoints.with_json(folder, "tokenizer_config.json", chat_template=named)
    (spec,) = resolve_models([f"mine={folder}"])
    engine = LocalEngine(spec, folder)
    plain = LocalEngine(spec.model_copy(update={"source": str(tiny["reason1-tiny"])}), tiny["reason1-tiny"])
    request = make_request(spec, [0.0, 0.5])
    assert answer(engine, request).rendered_prompt == answer(plain, request).rendered_prompt


@pytest.mark.parametrize(
    ("template", "words"),
    [
        (None, "no chat template"),
        ("  ", "no chat template"),
        ("{{ messages[-1].content[-1].text }}", "leaves out <|vision_start|>"),
        ("<|vision_start|><|video_pad|><|vision_end|>", "leaves out What happens?"),
        ("{% if %}", "TemplateSyntaxError"),
        ("x" * 2_000_000, "longer than 1,000,000"),
    ],
)
def test_what_a_checkpoint_lacks_is_found_before_its_weights_are_read(
    template: str | None, words: str, tiny: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = checkpoints.copy(tiny["reason2-tiny"], tmp_path / "mine")
    (folder / "chat_template.jinja").unlink()
    if template is not None:
        (folder / "chat_template.jinja").write_text(template)
    (spec,) = resolve_models([f"mine={folder}"])
    monkeypatch.setattr("cosmos_compare.engines.local.loading.load_model", lambda *_: pytest.fail("weights were read"))
    with pytest.raises(CompareError, match=words.replace("|", r"\|").replace("?", r"\?")):
        LocalEngine(spec, folder)
