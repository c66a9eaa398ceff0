"""Tests about what is not yet written: the rules of the house, held against all of its code."""

import ast
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.template.loader import get_template
from django.urls import URLPattern, get_resolver

from organisation.permissions import Permission
from tests.gates.audit_paths import Audit
from tests.gates.source import Source, apps_of

ROOT = Path(__file__).resolve().parents[2]
CONFIGURED = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
LINE, INSIDE, PURE = CONFIGURED["importlinter"]["contracts"]
APPS = [name for name in LINE["layers"] if name != "kcc_perf"]


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders or (*APPS, "kcc_perf"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def called(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.fixture(scope="module")
def audit() -> Audit:
    return Audit(Source(ROOT))


# Doors


def every_view(patterns=None, prefix=""):
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield address, pattern.callback
        else:
            yield from every_view(pattern.url_patterns, address)


def test_every_view_says_who_may_use_it():
    silent = {
        address: "decorate it with @require(...) or @public"
        for address, view in every_view()
        if not hasattr(view, "permission")
        or not (view.permission is None or view.permission in Permission)
    }

    assert silent == {}


def test_the_walk_over_the_views_reaches_those_that_are_nested():
    addresses = [address for address, _ in every_view()]

    assert {"healthz", "accounts/sign-in/", "quarters/<quarter:quarter>/close/"} <= set(addresses)


def test_every_address_belongs_to_one_view():
    addresses = [address for address, _ in every_view()]

    assert sorted({each for each in addresses if addresses.count(each) > 1}) == []


# The line of imports


def our_apps():
    return [app for app in apps.get_app_configs() if Path(app.path).parent == ROOT]


def test_every_app_is_under_the_import_contracts():
    names = {app.name for app in our_apps()}

    assert names == set(LINE["layers"])
    assert names - {"kcc_perf"} == set(INSIDE["containers"])
    assert names == set(CONFIGURED["importlinter"]["root_packages"])


def test_every_module_of_rules_is_held_to_be_pure():
    ruled = {f"{app}.rules" for app in APPS if list((ROOT / app).glob("rules*"))}

    assert ruled <= {*PURE["source_modules"]}


def test_foreign_keys_point_downwards():
    """A key named by string is an import that the import linter cannot see."""
    order = LINE["layers"]
    upwards = [
        str(field)
        for app in our_apps()
        for model in app.get_models()
        for field in model._meta.get_fields()
        if field.is_relation
        and field.concrete
        and (target := field.related_model._meta.app_label) in order
        and order.index(target) < order.index(app.label)
        # A person is named by settings.AUTH_USER_MODEL, the one key that may point up.
        and field.related_model is not get_user_model()
    ]

    assert upwards == []


# Services


# Services that leave no event of their own, and why that is right.
UNRECORDED = {
    "build_report": "what it freezes, publishes and keeps is recorded by the acts that do",
    "close_for_now": "the closing is recorded, and so is its being taken back",
    "close_unit_and_seats": "the closing of the unit is recorded, and the end of each seat",
    "gathering_notices": "it writes nothing, and notes what others come to owe",
    "hold_notices": "the close whose notices they are is recorded",
    "measure_compliance": "what it found is recorded where findings are kept",
    "drop_close_previews": "a step of the close, which is recorded: what it would have done is not kept",
    "merge_units_and_seats": "the merger is recorded, and the end of each seat",
    "owe_notice": "the act that owes the notice is recorded, and so is the sending",
    "preview_close": "all that it writes is rolled back",
    "preview_compliance": "all that it writes is rolled back",
    "save_validated": "the act that keeps the row is recorded",
    "rerate_from": "a step of the act that changed a rule, which is recorded; so is the rating",
    "rerate_open_quarters": "a step of the act that changed a rule, which is recorded",
    "save_rows": "each row is a draft, whose beginning and completion are recorded",
    "sign_results": "each approval and each return is recorded by the act of its own",
    "split_unit_and_seats": "the splitting is recorded, and the end of each seat",
    "update_close_previews": "a step of the act that changed a result, or a rule, which is recorded",
}


def test_every_service_writes_an_audit_event_of_its_own(audit):
    unrecorded = {name for name in audit.unrecorded() if name.rpartition(".")[2] not in UNRECORDED}

    assert unrecorded == set()


def test_every_exception_from_the_record_is_one(audit):
    assert {name.rpartition(".")[2] for name in audit.unrecorded()} >= set(UNRECORDED)


def test_the_search_for_services_finds_them(audit):
    assert len(audit.services) > 80


def test_every_statement_that_writes_to_the_record_is_found(audit):
    written = re.compile(r"\baudit\.record(_all)?\(")
    lines = sum(len(written.findall(path.read_text())) for path in sources())

    assert lines == len(list(audit.recordings())) > 80


def test_services_take_their_arguments_by_name(audit):
    functions = {name: audit.source.functions[name][1] for name in audit.acts}

    assert {
        name
        for name, function in functions.items()
        if function.args.args or function.args.posonlyargs
    } == set()


# Templates


def named_templates() -> dict[str, str]:
    """Every template that the code names, with one place that does."""
    found = {}
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and re.fullmatch(r"[\w/-]+\.(html|txt)", text):
                found.setdefault(text, called(path))
    return found


def template_exists(name: str) -> bool:
    try:
        get_template(name)
    except Exception:
        return False
    return True


def test_every_template_that_the_code_names_exists_and_can_be_read():
    files = {"index.html", "report.html", "pack.html"}  # written, not read
    missing = {
        name: where
        for name, where in named_templates().items()
        if not template_exists(name) and ("/" in name or name not in files)
    }

    assert len(named_templates()) > 10
    assert missing == {}


def test_every_template_can_be_read_and_so_can_those_it_includes():
    templates = ROOT / "templates"
    broken = {}
    for path in sorted(templates.rglob("*.html")):
        text = path.read_text()
        for name in (
            str(path.relative_to(templates)),
            *re.findall(r"""{%-? *(?:include|extends) ["']([^"']+)["']""", text),
        ):
            try:
                get_template(name)
            except Exception as reason:
                broken[f"{called(path)} → {name}"] = repr(reason)

    assert broken == {}


# Names

# Classes that share a name with another of their app. A list to shorten: give each the noun it is.
DOUBLES: dict[str, set[str]] = {}
GIVEN = "Command"  # what the framework calls every command


@pytest.mark.parametrize("app", apps_of(ROOT))
def test_no_class_name_stands_twice_in_an_app(audit, app):
    names = Counter(
        node.name
        for _, (module, node) in audit.source.classes.items()
        if module.name.split(".")[0] == app and node.name != GIVEN
    )
    doubles = {name for name, times in names.items() if times > 1}

    assert doubles - DOUBLES.get(app, set()) == set()
    assert DOUBLES.get(app, set()) <= doubles, "no longer double: take it off the list"


# Documents and files


def test_decisions_are_numbered_without_a_gap_and_headed_by_their_numbers():
    papers = sorted((ROOT / "docs/adr").glob("*.md"))

    assert [int(paper.name[:4]) for paper in papers] == list(range(1, len(papers) + 1))
    for paper in papers:
        heading = paper.read_text().splitlines()[0]
        assert re.match(rf"# (ADR )?0*{int(paper.name[:4])}[.:]? \S", heading), paper.name


RECIPES = [
    recipe
    for section in re.findall(
        r"^## To add.*?(?=^## |\Z)",
        (ROOT / "CONTRIBUTING.md").read_text(),
        re.MULTILINE | re.DOTALL,
    )
    for recipe in re.findall(r"^- \*\*(.+?)\*\*:(.*?)(?=^- |\Z)", section, re.MULTILINE | re.DOTALL)
]


def test_contributing_has_recipes():
    assert len(RECIPES) > 5


@pytest.mark.parametrize(("what", "how"), RECIPES, ids=[what for what, _ in RECIPES])
def test_every_file_that_a_recipe_names_exists(what, how):
    """A name with a slash is a place from the top; `tasks.py` alone, a file that an app has."""
    named = re.findall(r"`(\w[\w/.-]*(?:/|\.\w+|/[\w-]+))`", how)
    missing = [
        name
        for name in named
        if not (ROOT / name).exists()
        and not (ROOT / f"{name}.py").exists()
        and not ("/" not in name and any((ROOT / app / name).exists() for app in APPS))
    ]

    assert missing == []


@pytest.mark.parametrize(("what", "how"), RECIPES, ids=[what for what, _ in RECIPES])
def test_every_word_of_the_code_that_a_recipe_names_is_in_the_code(what, how):
    code = "\n".join(path.read_text() for path in sources())
    words = re.findall(r"`([a-z]+(?:_[a-z]+)+)`", how)

    assert [word for word in words if not re.search(rf"\b{word}\b", code)] == []


def kept_files() -> list[Path]:
    """All that is tracked, or would be."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for name in listed.stdout.splitlines() if (path := ROOT / name).is_file()]


WRITING = re.compile(
    r"\.write_(?:bytes|text)\(|open\([^)\n]*[\"'][rbt]*[wax+][rbt+]*[\"']|mkstemp\(|copyfile"
)


def test_files_are_kept_by_the_one_module_that_flushes_and_reads_back():
    """Any other way, a full disk or a kill leaves half a file that looks whole."""
    found = {
        called(path): match[0]
        for path in sources()
        if path.name != "kept_files.py" and (match := WRITING.search(path.read_text()))
    }

    assert found == {}
    for example in ("path.write_bytes(b)", 'path.open("wb")', "open(path, 'a')"):
        assert WRITING.search(example), example


# A letter in brackets matches itself, and keeps this file from finding itself.
PLACES = {
    "a path of one machine": r"(?<![\w.])/(?:wor[k]|roo[t]|User[s])/\w",
    "the host of a package registry": r"pypi\.or[g]|pythonhoste[d]|registry\.npmj[s]|proxy\.golan[g]",
    "a token": r"(?:gh[p]|github_pa[t]|sk-an[t]|AKI[A])[_A-Za-z0-9-]{16}",
}


@pytest.mark.parametrize("what", sorted(PLACES))
def test_no_file_names(what):
    place = re.compile(PLACES[what])
    found = {}
    for path in kept_files():
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        if match := place.search(text):
            found[called(path)] = match[0]

    assert found == {}


def test_the_search_for_places_finds_them():
    examples = ["see /wo" + "rk/x", "https://pypi.o" + "rg/simple", "gh" + "p_" + "a" * 20]

    for pattern, example in zip(PLACES.values(), examples, strict=True):
        assert re.search(pattern, example)


# Gates that bite


def test_what_a_database_itself_refuses_is_tried_on_both():
    """PostgreSQL and SQLite differ there: such a test is in a module marked both_databases."""
    refusing = re.compile(
        r"\b(IntegrityError|DatabaseError|InternalError|OperationalError|on_commit)\b"
    )
    unmarked = {
        called(path)
        for path in (ROOT / "tests").rglob("test_*.py")
        if path != Path(__file__)
        and refusing.search(text := path.read_text())
        and "mark.both_databases" not in text
    }

    assert unmarked == set()


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ('"""M."""\n\nimport sys\nimport os\n\nprint = os, sys\n', "I001"),
        ('"""M."""\n\nprint("left over")\n', "T201"),
        ('"""M."""\n\nfrom datetime import datetime\n\nmoment = datetime.now()\n', "DTZ005"),
        ('"""M."""\n\nimport os\n', "F401"),
    ],
)
def test_the_linter_reads_its_configuration_and_bites(code, rule):
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--no-cache", "--stdin-filename", "sorp/x.py", "-"],
        cwd=ROOT,
        input=code,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert rule in done.stdout


def test_a_warning_in_a_test_is_an_error():
    import warnings

    with pytest.raises(DeprecationWarning):
        warnings.warn("on its way out", DeprecationWarning, stacklevel=1)


def test_one_clock_tells_the_day_and_the_time():
    """core/clock.py asks; leases between processes (core/jobs.py) may too."""
    allowed = {"core/clock.py", "core/jobs.py"}
    asking = re.compile(r"timezone import [^\n]*\b(now|localdate)\b|timezone\.(now|localdate)\(")

    found = {
        path.relative_to(ROOT).as_posix()
        for path in ROOT.glob("*/**/*.py")
        if path.relative_to(ROOT).parts[0] in {app.label for app in our_apps()}
        and "migrations" not in path.parts
        and asking.search(path.read_text(encoding="utf-8"))
    }

    assert found <= allowed


def test_no_test_judges_how_long_something_took():
    """The machine may be busy: tests/benchmarks.py and tests/load measure, and no test does."""
    measuring = re.compile(r"\b(perf_counter|process_time|monotonic|deadline=)")

    found = {
        called(path)
        for path in (ROOT / "tests").rglob("test_*.py")
        if path != Path(__file__) and measuring.search(path.read_text())
    }

    assert found == set()


def test_no_property_fails_because_the_machine_is_slow():
    given = hypothesis.settings()

    assert given.deadline is None
    assert hypothesis.HealthCheck.too_slow in given.suppress_health_check
