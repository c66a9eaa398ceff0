"""A council of its own for each file of journeys, served as its users meet it, and a browser."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import urllib.request
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import sync_playwright

from kcc_perf.demonstration.loading import PASSWORD
from tests import databases
from tests.service.processes import free_port
from tests.services import PATIENCE, wait_until

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or ""
# Without these a browser on a closed network looks for its maker's servers at every start.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],  # to tell of all that passes takes as long as to look
}
# What axe objects to: the rule, and the beginning of each element.
OBJECTIONS = """async rules => (await axe.run(rules)).violations.map(
    found => [found.id, found.nodes.map(node => node.html.slice(0, 200))])"""
# What axe looks at, told short: elements in their order, their attributes, and the values that it reads;
# likes that follow one another, such as the rows of a list, count once.
SHAPE = """() => {
    const read = ['class', 'role', 'type', 'lang', 'scope', 'style', 'aria-current', 'aria-hidden',
        'aria-expanded', 'aria-live', 'tabindex'];
    const told = element => {
        const within = [];
        for (const child of element.children) {
            const shape = told(child);
            if (shape !== within.at(-1)) within.push(shape);
        }
        const named = [...element.attributes].map(each => read.includes(each.name)
            ? `${each.name}=${each.value}` : each.name + (each.value ? '' : '='));
        const words = [...element.childNodes].some(each => each.nodeType === 3 && each.data.trim());
        return `<${element.tagName} ${named.join(' ')}${words ? ' words' : ''}>${within.join('')}</>`;
    };
    return told(document.documentElement);
}"""
# Which axe asks too; but the row that says it twice may be one that a page of this shape had once.
TWICE = """() => {
    const all = [...document.querySelectorAll('[id]')].map(each => each.id);
    return all.filter((id, place) => all.indexOf(id) !== place);
}"""
WIDE, NARROW = 1280, 320
# Seconds for a page, or for what is to be pressed on it. The longest takes two on a machine of its own; what a
# page waits for from a job is looked for again and again (`wait_for`). What is never found costs so much.
A_PAGE = 60
# Comes true once what listens to a change of width has been called.
DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def pytest_collection_modifyitems(items):
    """Everything here drives a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.journey)


@dataclass(frozen=True)
class Council:
    """The demonstration council in a database of its own, not yet served."""

    folder: Path
    environment: dict

    def manage(self, *arguments):
        """Run a command of the service's there. Returns what it wrote."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, check=True, stdout=subprocess.PIPE, text=True
        )
        return done.stdout

    def twin(self, name):
        """The same council as it is now, in another file: what befalls it befalls no other journey."""
        copy = self.folder / f"{name}.sqlite3"
        with (
            closing(sqlite3.connect(self.folder / "council.sqlite3")) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
        return Council(self.folder, self.environment | {"DATABASE_URL": f"sqlite:///{copy}"})

    @contextmanager
    def served(self, **settings):
        """Its pages answer at the address that is given."""
        port = free_port()
        with (self.folder / f"server-{port}.log").open("w") as log:
            server = subprocess.Popen(
                [sys.executable, "manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"],
                cwd=ROOT,
                env=self.environment | settings,
                stdout=log,
                stderr=log,
            )
            try:
                wait_until(lambda: _answers(f"http://127.0.0.1:{port}/readyz"), "/readyz")
                yield f"http://127.0.0.1:{port}"
            finally:
                server.terminate()
                server.wait(PATIENCE)


@pytest.fixture(scope="module")
def council(tmp_path_factory):
    """The demonstration council as it is loaded: what journeys in other files do is not done here."""
    if not CHROMIUM:
        said = "Chromium is not installed: apt-get install chromium"
        if os.environ.get("REQUIRE_SERVICES") == "1":
            pytest.fail(said)
        pytest.skip(said)
    folder = tmp_path_factory.mktemp("council")
    shutil.copytree(databases.loaded_council(), folder, dirs_exist_ok=True)
    return Council(folder, os.environ | databases.council_environment(folder))


@pytest.fixture(scope="module")
def address(council):
    """The demonstration council as it is served."""
    with council.served() as address:
        yield address


def _answers(address):
    try:
        with urllib.request.urlopen(address) as answer:
            return answer.status == 200
    except OSError:
        return False


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@dataclass
class Visitor:
    """Somebody at a browser. Every page they come to is checked as they come to it."""

    page: object
    address: str
    scripts: bool = True
    found_sound: ClassVar[set] = set()  # widths and shapes that axe objected to nothing in

    def __post_init__(self):
        self.complaints = []
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _listen(self, message):
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def go(self, path, *, status=200):
        response = self.page.goto(self.address + path)
        assert response.status == status, f"{path} answered {response.status}"
        self.check()
        return self

    def go_wide_and_narrow(self, path):
        """The page is checked as wide as it is met, and once more with its window made narrow."""
        self.go(path)
        wide = self.page.viewport_size
        self.page.set_viewport_size(wide | {"width": NARROW})
        self.page.evaluate(DRAWN)
        self.check()
        self.page.set_viewport_size(wide)
        return self

    def press(self, name):
        """Press a button, or follow a link, by the name that is read out."""
        button = self.page.get_by_role("button", name=name, exact=True)
        link = self.page.get_by_role("link", name=name, exact=True)
        (button if button.count() else link).first.click()
        self.page.wait_for_load_state()
        self.check()
        return self

    def sign_in(self, email):
        """As the sign-in page does, without a look at it. By keyboard: test_return.py."""
        at, request = self.address + "/accounts/sign-in/", self.page.context.request
        (token,) = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', request.get(at).text())
        typed = {"csrfmiddlewaretoken": token, "login": email, "password": PASSWORD}
        assert request.post(at, form=typed, max_redirects=0).status == 302, f"{email} was refused"
        return self

    def wait_for(self, words, *, at):
        """Look at a page again and again until it says so."""

        def says():
            self.page.goto(self.address + at)
            return self.reads(words)

        # Seldom, since what is waited for is done by the process that is asked.
        wait_until(says, f"{at} to say “{words}”", every=2)
        self.check()
        return self

    def reads(self, words):
        """Whether the words stand on the page, wherever lines happen to break."""
        return words in " ".join(self.page.locator("body").inner_text().split())

    def check(self):
        """axe, one h1, headings in order, a title by the pattern, no sideways scroll, no errors.

        A page of the shape of one that axe found sound is not shown to it again: each look costs a second.
        """
        self.page.wait_for_load_state()  # a page whose style is still to come looks unsound
        page, at = self.page, self.page.url
        if self.scripts:  # axe is one, and waits for ever where none may run
            shape = page.viewport_size["width"], hash(page.evaluate(SHAPE))
            if shape not in self.found_sound:
                if page.evaluate("typeof axe") == "undefined":
                    page.evaluate(AXE_SCRIPT)
                violations = page.evaluate(OBJECTIONS, RULES)
                assert not violations, f"{at}: {violations}"
                self.found_sound.add(shape)
            twice = page.evaluate(TWICE)
            assert not twice, f"{at}: ids that stand twice: {twice}"
        levels = page.locator("h1, h2, h3, h4, h5, h6").evaluate_all(
            "all => all.filter(h => h.offsetParent !== null).map(h => Number(h.tagName[1]))"
        )
        assert levels.count(1) == 1, f"{at}: {levels.count(1)} h1"
        steps = [(a, b) for a, b in pairwise(levels) if b > a + 1]
        assert not steps, f"{at}: headings skip {steps}"
        assert page.title().endswith(" – Performance management – Wealdshire County Council"), at
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{at}: {wide} px too wide"
        assert not self.complaints, f"{at}: {self.complaints}"


@pytest.fixture
def visit(browser, address):
    """Open a browser: `visit(width=320, scripts=False)`."""
    contexts = []

    def open_browser(width=WIDE, *, scripts=True):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=scripts
        )
        context.set_default_timeout(A_PAGE * 1000)
        contexts.append(context)
        return Visitor(context.new_page(), address, scripts)

    yield open_browser
    for context in contexts:
        context.close()
