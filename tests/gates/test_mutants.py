"""Mutants are drawn by seed and by their text; each is one change of a place that tests reach."""

import ast
import builtins

import pytest

from tests.gates.mutants import drawn
from tests.gates.reach import MARK, marked

TABLE = [
    ("a < b", {"a <= b"}),
    ("a >= b > c", {"a > b > c", "a >= b >= c"}),
    ("a is None", {"a is not None"}),
    ("a in b", {"a not in b"}),
    ("a and b", {"(a or b)"}),
    ("not a", {"(a)"}),
    ("a + b", {"a - b"}),
    ("'text' + b", set()),
    ("7", {"8", "(6)"}),
    ("True", {"False"}),
    ("min(a)", {"max(a)"}),
    ("f'{a < 1}'", set()),
    ("a if b else c", {"a if not (b) else c"}),
]


@pytest.fixture
def tree(tmp_path):
    def tree(**texts):
        for name, text in texts.items():
            path = tmp_path / f"{name.replace('__', '/')}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name.split("__")[0] / "__init__.py").touch()
            path.write_text(text)
        return tmp_path

    return tree


def texts_of(root, **given):
    return {
        each.applied((root / each.path).read_bytes()).decode()
        for each in drawn(root, **{"seed": 1, "number": 1000, **given})
    }


@pytest.mark.parametrize(("written", "becomes"), TABLE)
def test_what_is_made_of_an_expression(written, becomes, tree):
    root = tree(app__rules=f"x = {written}\n")

    assert texts_of(root) == {f"x = {each}\n" for each in becomes}


def test_what_is_made_of_statements(tree):
    root = tree(app__services='def f():\n    g()\n    if a:\n        raise E("é")\n    return b\n')

    assert texts_of(root) == {
        'def f():\n    pass\n    if a:\n        raise E("é")\n    return b\n',
        'def f():\n    g()\n    if not (a):\n        raise E("é")\n    return b\n',
        "def f():\n    g()\n    if a:\n        pass\n    return b\n",
        'def f():\n    g()\n    if a:\n        pass\n    return b\n'.replace("pass", 'raise E("é")')
        .replace("return b", "return None"),
    }  # fmt: skip


def test_annotations_decorators_and_other_rooms_are_left_alone(tree):
    root = tree(
        app__rules='@dataclass(frozen=True)\nclass A:\n    x: Literal[1]\n\ndef f(a: "b < c") -> 3:\n    ...\n',
        app__views="x = 1 < 2\n",
    )

    assert texts_of(root) == set()


CODE = "def f(x):\n    return x < 1 and x > 2\n\ndef g(x):\n    return not x or x == 3\n"


def test_the_same_seed_draws_the_same_and_another_draws_others(tree):
    root = tree(app__rules=CODE)

    assert drawn(root, seed=1, number=4) == drawn(root, seed=1, number=4)
    assert drawn(root, seed=1, number=4) != drawn(root, seed=2, number=4)


def test_what_moves_to_another_module_is_drawn_again(tree, tmp_path):
    before = {each.key for each in drawn(tree(app__rules=CODE), seed=1, number=5)}
    (tmp_path / "app/rules.py").unlink()
    first, second = CODE.split("\n\n")
    root = tree(core__rules__many=second, sorp__services__few=f"\n\n{first}\n")

    assert {each.key for each in drawn(root, seed=1, number=5)} == before


def test_every_mutant_stands_in_a_place_that_is_marked(tree):
    text = (
        '"""Doc."""\nfrom __future__ import annotations\n\nLIMIT = 3\n\ndef f(x, most=2):\n    """Doc."""\n'
        "    if x > LIMIT:\n        x = 4\n    elif x > 5:\n        return 6\n    try:\n        x += 7\n"
        "    except ValueError:\n        x = 8\n    return x > most\n"
    )
    root = tree(app__rules=text)
    code = marked(root, root / "app/rules.py")
    marks = {
        node.args[0].value
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == MARK
    }

    places = {each.place for each in drawn(root, seed=1, number=1000)}
    assert places - marks == {"app/rules.py"}  # the table of the module
    assert "app/rules.py:16" in places


def test_a_marked_module_does_the_same_and_tells_where_it_went(tree, monkeypatch):
    root = tree(app__rules="def f(x):\n    if x:\n        return 1\n    return 2\n")
    reached = []
    monkeypatch.setattr(builtins, MARK, reached.append, raising=False)
    names = {}

    exec(compile(marked(root, root / "app/rules.py"), "rules", "exec"), names)

    assert names["f"](0) == 2
    assert reached == ["app/rules.py:2", "app/rules.py:4"]
