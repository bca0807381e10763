"""A person who walks through the Compare page at random, and what they expect to be saved."""

from __future__ import annotations

import json
import random
import re
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from axe_support import READY
from playwright.sync_api import Error, Locator, Page, expect

from cosmos_compare.prompts import find_prompts, load_prompt
from cosmos_compare.runs.store import Store

LABELS = {"reason1-demo": "Demo One", "reason2-demo": "Demo Two"}
PROMPTS = {path.stem: load_prompt(path) for path in find_prompts()}


@dataclass
class Person:
    """What a person put on the page: the account that the walk keeps."""

    prompt: str = "driving"
    question: str = PROMPTS["driving"].user_prompt
    system: str = PROMPTS["driving"].system_prompt
    reasoning: bool = False
    models: list[str] = field(default_factory=lambda: list(LABELS))
    settings: dict[str, Any] = field(default_factory=lambda: {"fps": 4.0})

    def choose(self, name: str) -> None:
        self.prompt, self.question, self.system = name, PROMPTS[name].user_prompt, PROMPTS[name].system_prompt


class Walk:
    """Steps over the page, each by what a person would do."""

    def __init__(self, page: Page, address: str, store: Store, chance: random.Random) -> None:
        self.page, self.address, self.store, self.chance = page, address, store, chance
        self.person = Person()
        self.ran: list[dict[str, Any]] = []
        self.trail: list[str] = []
        self.go(address)

    def step(self) -> None:
        steps = [
            (self.look, 5),
            (self.choose_prompt, 4),
            (self.type_question, 3),
            (self.type_system, 3),
            (self.set_setting, 3),
            (self.flip_reasoning, 2),
            (self.change_models, 2),
            (self.open_from_history, 2),
            (self.follow_link, 1),
            (self.reload, 1),
            (self.run, 5),
        ]
        chosen = self.chance.choices([step for step, _ in steps], [weight for _, weight in steps])[0]
        self.trail.append(chosen.__name__)
        chosen()

    def go(self, address: str) -> None:
        self.page.goto(address)
        self.page.wait_for_selector(".st-key-run button")
        self.settle()

    def settle(self) -> None:
        """Wait until the page stands: what was clicked takes a moment to reach it."""
        self.page.wait_for_timeout(250)
        self.page.wait_for_selector(READY)

    def choose(self, opener: Locator, name: str) -> None:
        """Choose from a list; Streamlit closes one that was opened while the page was run, as a person would see."""
        option = self.page.get_by_role("option", name=name, exact=True)
        for _ in range(5):
            opener.click()
            with suppress(Error):
                option.click(timeout=2_000)
                break
        else:
            raise AssertionError(f"the list with {name} does not open")
        self.settle()

    def leave(self) -> None:
        """Leave the field that has the focus, and wait until the page has taken its text."""
        self.page.evaluate("document.activeElement?.blur()")
        self.settle()

    def popover(self, name: re.Pattern[str] | str) -> None:
        self.page.locator(".st-key-editor_head").get_by_role("button", name=name).click()
        expect(self.page.get_by_test_id("stPopoverBody")).to_be_visible()

    def close(self) -> None:
        self.page.keyboard.press("Escape")
        expect(self.page.get_by_test_id("stPopoverBody")).to_have_count(0)
        self.settle()

    def look(self) -> None:
        """Open a popover, look, close it: nothing was changed."""
        self.popover(self.chance.choice(["System", "Settings", re.compile("models?$|^Demo")]))
        self.close()

    def choose_prompt(self, name: str = "") -> None:
        name = name or self.chance.choice([name for name in PROMPTS if name != self.person.prompt])
        self.leave()  # a rerun closes a list that has just been opened
        self.choose(self.page.locator("[class*='st-key-prompt'] button"), name)
        self.person.choose(name)

    def type_question(self) -> None:
        self.person.question = f"Who is there? {self.chance.randrange(10**6)}"
        box = self.page.get_by_role("textbox", name="Question")
        box.fill(self.person.question)
        if self.chance.random() < 0.5:
            box.blur()
            self.settle()

    def type_system(self) -> None:
        self.popover("System")
        self.person.system = f"You watch. {self.chance.randrange(10**6)}"
        self.page.get_by_role("textbox", name="System prompt").fill(self.person.system)
        self.close()

    def set_setting(self) -> None:
        self.popover("Settings")
        name, label, value = self.chance.choice(
            [
                ("fps", "Frames per second", self.chance.choice([2.0, 3.0, 5.0])),
                ("seed", "Seed", self.chance.randrange(1000)),
                ("temperature", "Temperature", self.chance.choice([0.0, 0.5, None])),
                ("repeat", "Repeat", self.chance.randrange(5)),
            ]
        )
        box = self.page.get_by_test_id("stPopoverBody").get_by_label(label, exact=True)
        box.fill("" if value is None else f"{value:g}")
        box.press("Enter")
        self.settle()
        self.person.settings = {**self.person.settings, name: value}
        self.close()

    def flip_reasoning(self) -> None:
        self.person.reasoning = not self.person.reasoning
        self.page.locator("[class*='st-key-reasoning'] label").click()
        self.settle()

    def change_models(self) -> None:
        self.popover(re.compile("models?$|^Demo"))
        body = self.page.get_by_test_id("stPopoverBody")
        absent = [name for name in LABELS if name not in self.person.models]
        if absent:
            self.choose(body.get_by_role("combobox", name="Models"), LABELS[absent[0]])
            self.person.models.append(absent[0])
        else:
            gone = self.person.models.pop(self.chance.randrange(2))
            body.get_by_role("button", name=f"Remove {LABELS[gone]}").click()
        self.settle()
        self.page.keyboard.press("Escape")
        if body.count():
            self.close()

    def opened(self, run_ids: list[str]) -> None:
        """The page shows these runs: the editor holds what they were asked."""
        asked = [self.saved(run_id) for run_id in run_ids]
        prompt = asked[0]["prompt"]
        self.person.prompt, self.person.reasoning = prompt["name"], prompt["reasoning"]
        self.person.question, self.person.system = prompt["user_prompt"], prompt["system_prompt"]
        self.person.settings = {name: value for name, value in asked[0]["settings"].items() if value is not None}
        self.person.models = list(dict.fromkeys(run["model"]["name"] for run in asked))
        expect(self.page.get_by_role("textbox", name="Question")).to_have_value(self.person.question)

    def open_from_history(self) -> None:
        if not self.ran:
            return
        panel = self.page.get_by_test_id("stExpander").filter(has_text="History")
        if not panel.count():
            return
        if not self.page.locator(".version").count():
            panel.locator("summary").click()
            self.page.wait_for_selector(".version")
            self.settle()
        button = self.chance.choice(self.page.locator("[class*='st-key-open_'] button").all())
        button.scroll_into_view_if_needed()
        button.click()
        self.settle()
        self.page.wait_for_url(re.compile("runs="))
        self.opened(self.shown_runs())

    def shown_runs(self) -> list[str]:
        return self.page.evaluate("new URLSearchParams(location.search).get('runs') ?? ''").split(",")

    def follow_link(self) -> None:
        if self.ran:
            run = self.chance.choice(self.ran)
            self.go(f"{self.address}/?runs={run['id']}")
            self.opened([run["id"]])

    def reload(self) -> None:
        """A new session: what was only typed is gone, and the page shows what the address names."""
        named = dict(re.findall(r"[?&](\w+)=([^&]*)", self.page.url))
        self.page.reload()
        self.page.wait_for_selector(".st-key-run button")
        self.settle()
        self.person = Person()
        if "runs" in named:
            self.opened(self.shown_runs())
        else:
            self.person.choose(named.get("prompt", "driving"))
            expect(self.page.get_by_role("textbox", name="Question")).to_have_value(self.person.question)

    def run(self) -> None:
        page, person = self.page, self.person
        before = {row.id for row in self.store.rows()}
        if self.chance.random() < 0.5:
            self.settle()
        page.locator(".st-key-run button").click()
        new: list[str] = []
        end = time.monotonic() + 60
        while len(new) < len(person.models) and time.monotonic() < end:
            page.wait_for_timeout(100)
            new = [row.id for row in self.store.rows() if row.id not in before]
        assert len(new) == len(person.models), self.trail[-15:]
        page.wait_for_function(
            "(ids) => ids.every((id) => (new URLSearchParams(location.search).get('runs') ?? '').includes(id))", arg=new
        )
        self.settle()
        for run_id in new:
            self.compare(self.saved(run_id))
        self.ran += [self.saved(run_id) for run_id in new]

    def compare(self, run: dict[str, Any]) -> None:
        """The saved run against the account, and against what the page shows."""
        person, page = self.person, self.page
        expect(page.get_by_role("combobox", name="Prompt")).to_have_value(run["prompt"]["name"])
        shown = {
            "user_prompt": page.get_by_role("textbox", name="Question").input_value(),
            "reasoning": page.locator("[class*='st-key-reasoning'] input").is_checked(),
        }
        told = {
            "name": person.prompt,
            "user_prompt": person.question,
            "system_prompt": person.system,
            "reasoning": person.reasoning,
        }
        saved = {name: run["prompt"][name] for name in told}
        assert saved == told, self.trail[-15:]
        assert {name: run["prompt"][name] for name in shown} == shown, self.trail[-15:]
        for name, value in person.settings.items():
            assert run["settings"][name] == value, (name, self.trail[-15:])
        assert run["model"]["name"] in person.models

    def saved(self, run_id: str) -> dict[str, Any]:
        path = self.store.folder(run_id) / "analysis.json"
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found
