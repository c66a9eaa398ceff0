"""What differs between two versions: word by word in clauses, in plain sentences between rules. Pure.

A difference can be applied: what stays and what was put in, read in order, is the new text; what stays
and what was taken out is the old one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

from core.words import Word

# A word, a mark, or the space between: put together again they are the text itself.
TOKEN = re.compile(r"\s+|\w+(?:[’'-]\w+)*|[^\w\s]")


class Mark(Word):
    """What became of a stretch of text."""

    SAME = "same", "Unchanged"
    TAKEN_OUT = "taken_out", "Taken out"
    PUT_IN = "put_in", "Put in"


class Became(Word):
    """What became of a clause, or of a rule."""

    ADDED = "added", "Added"
    REMOVED = "removed", "Removed"
    CHANGED = "changed", "Changed"
    SAME = "same", "Unchanged"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text, and what became of it."""

    mark: Mark
    text: str


def words_between(old: str, new: str) -> tuple[Piece, ...]:
    """The old text and the new in one, each stretch marked. Nothing where both are empty."""
    before, after = TOKEN.findall(old), TOKEN.findall(new)
    pieces: list[Piece] = []
    for kind, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(Piece(Mark.SAME, "".join(before[i:j])))
        else:
            pieces.append(Piece(Mark.TAKEN_OUT, "".join(before[i:j])))
            pieces.append(Piece(Mark.PUT_IN, "".join(after[k:m])))
    return tuple(_joined(pieces))


def _joined(pieces: Sequence[Piece]) -> Iterable[Piece]:
    """Changes with only a space between them are one change: whole phrases read better than words."""
    changed: list[Piece] = []
    for place, piece in enumerate(pieces):
        is_last = place == len(pieces) - 1
        if piece.mark is not Mark.SAME:
            changed.append(piece)
        elif changed and not is_last and not piece.text.strip():
            changed += [Piece(Mark.TAKEN_OUT, piece.text), Piece(Mark.PUT_IN, piece.text)]
        else:
            yield from _as_two(changed)
            changed = []
            yield piece
    yield from _as_two(changed)


def _as_two(changed: Sequence[Piece]) -> Iterable[Piece]:
    for mark in (Mark.TAKEN_OUT, Mark.PUT_IN):
        if text := "".join(each.text for each in changed if each.mark is mark):
            yield Piece(mark, text)


def applied(pieces: Iterable[Piece]) -> str:
    """The new text."""
    return "".join(each.text for each in pieces if each.mark is not Mark.TAKEN_OUT)


def undone(pieces: Iterable[Piece]) -> str:
    """The old text."""
    return "".join(each.text for each in pieces if each.mark is not Mark.PUT_IN)


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a clause says of itself, such as who is responsible: old and new in one."""

    name: str
    pieces: tuple[Piece, ...]

    @property
    def is_changed(self) -> bool:
        return any(each.mark is not Mark.SAME for each in self.pieces)


@dataclass(frozen=True, slots=True)
class ClauseBetween:
    """One clause between two versions. `was` is its number before, where that was another."""

    number: str
    heading: str
    became: Became
    parts: tuple[Part, ...] = ()
    was: str = ""


ClauseText = tuple[str, Mapping[str, str]]  # its number; what it says, by the name of the part


def clauses_between(
    old: Sequence[ClauseText], new: Sequence[ClauseText], *, heading: str
) -> tuple[ClauseBetween, ...]:
    """Every clause of either version, in the order of the new one; what was removed comes last.

    A clause is the same where its number is, or else where its heading is and its number has gone.
    """
    before, after = dict(old), dict(new)
    moved = _moved(before, after, heading)
    found = [_between(before, number, says, moved, heading) for number, says in new]
    gone = [number for number in before if number not in after and number not in moved.values()]
    return (
        *found,
        *(
            ClauseBetween(
                number, before[number][heading], Became.REMOVED, _parts(before[number], {})
            )
            for number in gone
        ),
    )


def _moved(
    before: Mapping[str, Mapping[str, str]], after: Mapping[str, Mapping[str, str]], heading: str
) -> dict[str, str]:
    """New numbers, each with the number that a clause of its heading had before."""
    free = {says[heading]: number for number, says in before.items() if number not in after}
    return {
        number: free.pop(says[heading])
        for number, says in after.items()
        if number not in before and says[heading] in free
    }


def _between(
    before: Mapping[str, Mapping[str, str]],
    number: str,
    says: Mapping[str, str],
    moved: Mapping[str, str],
    heading: str,
) -> ClauseBetween:
    was = moved.get(number, "")
    said = before.get(was or number)
    if said is None:
        return ClauseBetween(number, says[heading], Became.ADDED, _parts({}, says))
    parts = _parts(said, says)
    is_changed = bool(was) or any(each.is_changed for each in parts)
    became = Became.CHANGED if is_changed else Became.SAME
    return ClauseBetween(number, says[heading], became, parts, was)


def _parts(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[Part, ...]:
    names = [*new, *(name for name in old if name not in new)]
    parts = (Part(name, words_between(old.get(name, ""), new.get(name, ""))) for name in names)
    return tuple(each for each in parts if each.pieces)


@dataclass(frozen=True, slots=True)
class Group:
    """Rules of one kind in plain words: what each is called, and what it says."""

    title: str
    rules: Mapping[str, str]
    is_ordered: bool = False


@dataclass(frozen=True, slots=True)
class RuleBetween:
    """One rule between two versions, as a sentence would have it."""

    group: str
    name: str
    became: Became
    old: str = ""
    new: str = ""

    @property
    def sentence(self) -> str:
        if self.became is Became.ADDED:
            return f"“{self.name}” is added: {self.new}"
        if self.became is Became.REMOVED:
            return f"“{self.name}” is removed. It said: {self.old}"
        return f"“{self.name}” is changed from: {self.old} To: {self.new}"


def rules_between(old: Iterable[Group], new: Iterable[Group]) -> tuple[RuleBetween, ...]:
    """What differs between two sets of rules, group by group, in the order of the new one."""
    before = {each.title: each for each in old}
    found: list[RuleBetween] = []
    titles = set()
    for group in new:
        titles.add(group.title)
        found += _group_between(before.get(group.title, Group(group.title, {})), group)
    for title, group in before.items():
        if title not in titles:
            found += _group_between(group, Group(title, {}))
    return tuple(found)


def _group_between(old: Group, new: Group) -> list[RuleBetween]:
    found = []
    for name, says in new.rules.items():
        if name not in old.rules:
            found.append(RuleBetween(new.title, name, Became.ADDED, new=says))
        elif old.rules[name] != says:
            found.append(RuleBetween(new.title, name, Became.CHANGED, old.rules[name], says))
    found += [
        RuleBetween(new.title, name, Became.REMOVED, old=says)
        for name, says in old.rules.items()
        if name not in new.rules
    ]
    if new.is_ordered:
        found += _reordered(old, new)
    return found


def _reordered(old: Group, new: Group) -> Iterable[RuleBetween]:
    """Said once for a group: what both have stands in another order."""
    before = [name for name in old.rules if name in new.rules]
    after = [name for name in new.rules if name in old.rules]
    if before != after:
        yield RuleBetween(
            new.title, "The order", Became.CHANGED, _in_a_row(before), _in_a_row(after)
        )


def _in_a_row(names: Iterable[str]) -> str:
    return ", then ".join(f"“{name}”" for name in names) + "."


def grouped(found: Sequence[RuleBetween]) -> list[tuple[str, list[RuleBetween]]]:
    """By group, for a page."""
    return [(title, list(rules)) for title, rules in groupby(found, key=lambda each: each.group)]
