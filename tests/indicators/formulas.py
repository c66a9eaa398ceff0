"""The formulas of our workbooks, worked out as a spreadsheet program does: a handful of functions."""

import math
import re
from operator import ge, le

TOKEN = re.compile(r'\s*("[^"]*"|>=|<=|[=(),*/]|[A-Z]+\d+|[A-Z]+|-?\d+(?:\.\d+)?)')


def worked_out(formula, cells):
    """What a formula shows, by what its cells hold: a float, a text, or None for an empty one."""
    tokens = TOKEN.findall(formula.removeprefix("="))
    value = _comparison(tokens, cells)
    assert not tokens, f"{tokens} is left of {formula}"
    return value


def _comparison(tokens, cells):
    left = _product(tokens, cells)
    if tokens and tokens[0] in (">=", "<=", "="):
        sign, right = tokens.pop(0), _product(tokens, cells)
        if sign == "=":
            return ("" if left is None else left) == ("" if right is None else right)
        return {">=": ge, "<=": le}[sign](left, right)
    return left


def _product(tokens, cells):
    left = _term(tokens, cells)
    while tokens and tokens[0] in "*/":
        sign, right = tokens.pop(0), _term(tokens, cells)
        left = left * right if sign == "*" else math.inf if right == 0 else left / right
    return left


def _term(tokens, cells):
    token = tokens.pop(0)
    if token.startswith('"'):
        return token[1:-1]
    if re.fullmatch(r"[A-Z]+\d+", token):
        return cells[token]
    if not token.isalpha():
        return float(token)
    assert tokens.pop(0) == "("
    given = [_comparison(tokens, cells)] if token != "IF" else None
    if given is None:
        return _if(tokens, cells)
    while tokens.pop(0) == ",":
        given.append(_comparison(tokens, cells))
    return {
        "COUNT": lambda: float(sum(isinstance(each, float) for each in given)),
        "ISNUMBER": lambda: isinstance(given[0], float),
        "ROUND": lambda: float(f"{given[0]:.{int(given[1])}f}"),
        "AND": lambda: all(given),
    }[token]()


def _if(tokens, cells):
    """The branch that is not taken is read and not worked out, as programs do."""
    test = _comparison(tokens, cells)
    assert tokens.pop(0) == ","
    branches = []
    for end in (",", ")"):
        start = _until(tokens, end)
        branches.append(start)
        assert tokens.pop(0) == end
    taken = branches[0 if test else 1]
    value = _comparison(taken, cells)
    assert not taken
    return value


def _until(tokens, end):
    """The tokens up to the end of an argument, whatever stands in brackets within."""
    depth, found = 0, []
    while depth or tokens[0] != end:
        depth += {"(": 1, ")": -1}.get(tokens[0], 0)
        found.append(tokens.pop(0))
    return found
