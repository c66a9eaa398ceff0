"""docs/architecture.md and docs/one-figure.md, held against the code that they describe."""

import ast
import importlib
import json
import re
from pathlib import Path

import pytest

from reports.schema import check_form
from tests.kcc_perf.data_diagram import diagram
from tests.reports.documents import public_edition

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs/architecture.md").read_text()
ONE_FIGURE = (ROOT / "docs/one-figure.md").read_text()
APPS = re.findall(r"^\| `(\w+)` \|", TEXT, re.MULTILINE)


def said_of(app: str) -> list[str]:
    row = next(line for line in TEXT.splitlines() if line.startswith(f"| `{app}` |"))
    return row.strip("|").split("|")


def imported_by(app: str) -> set[str]:
    """The apps that any module of an app imports."""
    found = set()
    for path in (ROOT / app).rglob("*.py"):
        if "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                found.add(node.module.split(".")[0])
            elif isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
    return (found & set(APPS)) - {app}


def test_every_app_is_described():
    assert {path.parent.name for path in ROOT.glob("*/urls.py")} <= set(APPS)
    assert len(APPS) == 10


@pytest.mark.parametrize("app", APPS)
def test_an_app_imports_what_it_is_said_to_and_no_more(app):
    assert set(re.findall(r"`(\w+)`", said_of(app)[2])) == imported_by(app)


def test_the_data_are_drawn_as_the_models_are():
    drawn = re.search(r"<!-- data diagram: begin -->\n(.*?)\n?<!-- data", TEXT, re.DOTALL)

    assert drawn is not None
    assert drawn[1].strip() == diagram(), "print it anew: python -m tests.kcc_perf.data_diagram"


NAMED = [
    (path.name, name)
    for path in (ROOT / "docs/architecture.md", ROOT / "docs/one-figure.md")
    for name in sorted(set(re.findall(rf"`((?:{'|'.join(APPS)})(?:\.\w+)+)`", path.read_text())))
]


@pytest.mark.parametrize(("document", "name"), NAMED, ids=[name for _, name in NAMED])
def test_every_dotted_name_that_they_give_is_in_the_code(document, name):
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            found = getattr(found, part)
        return
    pytest.fail(f"{document} names {name}, which is not there")


def test_a_figure_takes_five_shapes_at_most_from_form_to_rating():
    steps = [line.split("|")[1:-1] for line in ONE_FIGURE.splitlines() if line.startswith("| ")][1:]
    last = max(place for place, step in enumerate(steps) if "ratings.Rating`" in step[3])
    road = steps[: last + 1]
    modules = {
        ".".join(name.split(".")[:3])
        for step in road
        for name in re.findall(r"`(\w+\.\S+?)`", step[1])
    }

    assert [*dict.fromkeys(sorted(step[2].strip() for step in road))] == ["1", "2", "3", "4", "5"]
    assert len(modules) <= 8


def test_every_file_that_the_recipe_names_is_there():
    named = re.findall(r"`(\w+/[\w./-]+\.\w+)`", ONE_FIGURE)

    assert len(named) > 8
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_the_rating_shown_has_the_shape_that_an_edition_has():
    shown = json.loads(re.search(r"```json\n(.*?)```", ONE_FIGURE, re.DOTALL)[1])
    edition = public_edition()
    (indicator, *_) = edition["indicators"]

    assert set(shown) == set(indicator["ratings"][0])
    check_form({**edition, "indicators": [{**indicator, "ratings": [shown]}]})


def test_every_part_of_an_edition_is_told_of():
    told = ONE_FIGURE.split("## The shape of an edition")[1].split("## The shape of an expl")[0]

    assert [part for part in public_edition() if f"`{part}`" not in told] == []
