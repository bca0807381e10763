"""The other end of `chat_template`: a process that renders templates under limits, a line of JSON each.

Jinja is set up as transformers' own `apply_chat_template` does it; a test holds the two together. Needs nothing else,
so it is there in a moment and small.
"""

import contextlib
import json
import sys
from datetime import datetime
from functools import lru_cache
from typing import Any

import jinja2
import jinja2.ext
from jinja2.sandbox import ImmutableSandboxedEnvironment

MEMORY = 768 * 1024 * 1024  # bytes of addresses, of which Python itself takes some 200 MB
SECONDS = 2  # of work for one prompt, which takes a thousandth of that
LONGEST = 32_000_000  # characters of a prompt


class Generation(jinja2.ext.Extension):
    """`{% generation %}` marks answers for training; here it changes nothing."""

    tags = {"generation"}  # noqa: RUF012  Jinja's own way

    def parse(self, parser: Any) -> Any:
        line = next(parser.stream).lineno
        return jinja2.nodes.Scope(parser.parse_statements(("name:endgeneration",), drop_needle=True), lineno=line)


class Namespace(jinja2.utils.Namespace):
    """`namespace(…)` without names that begin with an underscore."""

    def __init__(*args: Any, **kwargs: Any) -> None:
        self, *rest = args
        for name in dict(*rest, **kwargs):
            _check(name)
        jinja2.utils.Namespace.__init__(self, *rest, **kwargs)

    def __setitem__(self, name: str, value: Any) -> None:
        _check(name)
        super().__setitem__(name, value)


class Dict:
    """`dict(…)` without what hangs on the type."""

    def __call__(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        return dict(*args, **kwargs)

    def fromkeys(self, *args: Any) -> dict[Any, Any]:
        return dict.fromkeys(*args)


def render(template: str, values: dict[str, Any]) -> str:
    """The text that a template makes of `values`. Raises whatever the template runs into."""
    text = _compiled(template).render(**values)
    if len(text) > LONGEST:
        raise ValueError(f"the prompt is longer than {LONGEST:,} characters")
    return text


@lru_cache(maxsize=4)
def _compiled(template: str) -> jinja2.Template:
    world = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols]
    )
    world.filters["tojson"] = _to_json
    world.globals |= {"raise_exception": _refuse, "strftime_now": _now, "dict": Dict(), "namespace": Namespace}
    return world.from_string(template)


def _check(name: object) -> None:
    if isinstance(name, str) and name.startswith("_"):
        raise jinja2.exceptions.SecurityError(f"{name!r} begins with an underscore")


def _to_json(
    value: Any, ensure_ascii: bool = False, indent: Any = None, separators: Any = None, sort_keys: bool = False
) -> str:
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def _refuse(message: str) -> None:
    raise jinja2.exceptions.TemplateError(message)


def _now(form: str) -> str:
    return datetime.now().strftime(form)


def _limit_memory() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):  # Windows has no such limits, macOS not this one
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _limit_time() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        most = int(used.ru_utime + used.ru_stime) + SECONDS + 1
        resource.setrlimit(resource.RLIMIT_CPU, (most, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _say(reply: dict[str, str]) -> None:
    sys.stdout.buffer.write(json.dumps(reply).encode() + b"\n")
    sys.stdout.buffer.flush()


def _last_words(kind: type[BaseException], error: BaseException, _: object) -> None:
    """What a template runs into ends the process: the next prompt begins with a fresh one."""
    words = "it takes too much memory" if kind is MemoryError else f"{kind.__name__}, {error}"
    _say({"error": " ".join(words.split())[:300]})


def main() -> None:
    sys.excepthook = _last_words
    _limit_memory()
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        _limit_time()
        _say({"text": render(asked["template"], asked["values"])})


if __name__ == "__main__":
    main()
