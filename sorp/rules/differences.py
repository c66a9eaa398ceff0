"""What differs between two versions: word by word in clauses, in plain sentences between rules. Pure.

A difference can be applied: what stays and what was put in, read in order, is the new text; what stays
and what was taken out is the old one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
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


class ChangeKind(Word):
    """What became of a clause, or of a rule."""

    ADDED = "added", "Added"
    REMOVED = "removed", "Removed"
    CHANGED = "changed", "Changed"
    RENAMED = "renamed", "Renamed"
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
    change: ChangeKind
    parts: tuple[Part, ...] = ()
    was: str = ""


@dataclass(frozen=True, slots=True)
class ClauseText:
    """A clause of one version: by what it is known in every version, and what it says there."""

    key: str
    number: str
    says: Mapping[str, str]  # by the name of the part


def clauses_between(
    old: Sequence[ClauseText], new: Sequence[ClauseText], *, heading: str
) -> tuple[ClauseBetween, ...]:
    """Every clause of either version, in the order of the new one; what was removed comes last.

    A clause is the same where its key is, whatever its number and heading have become.
    """
    before = {each.key: each for each in old}
    kept = {each.key for each in new}
    found = [_between(before.get(each.key), each, heading) for each in new]
    gone = [
        ClauseBetween(each.number, each.says[heading], ChangeKind.REMOVED, _parts(each.says, {}))
        for each in old
        if each.key not in kept
    ]
    return (*found, *gone)


def _between(before: ClauseText | None, now: ClauseText, heading: str) -> ClauseBetween:
    number, called = now.number, now.says[heading]
    if before is None:
        return ClauseBetween(number, called, ChangeKind.ADDED, _parts({}, now.says))
    parts = _parts(before.says, now.says)
    was = before.number if before.number != number else ""
    is_changed = bool(was) or any(each.is_changed for each in parts)
    change = ChangeKind.CHANGED if is_changed else ChangeKind.SAME
    return ClauseBetween(number, called, change, parts, was)


def _parts(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[Part, ...]:
    names = [*new, *(name for name in old if name not in new)]
    parts = (Part(name, words_between(old.get(name, ""), new.get(name, ""))) for name in names)
    return tuple(each for each in parts if each.pieces)


@dataclass(frozen=True, slots=True)
class Group:
    """Rules of one kind in plain words: what each says, by its key.

    A key that `names` does not hold is what its rule is called.
    """

    title: str
    rules: Mapping[str, str]
    is_ordered: bool = False
    names: Mapping[str, str] = field(default_factory=dict)

    def name_of(self, key: str) -> str:
        """What the rule of a key is called."""
        return self.names.get(key, key)


@dataclass(frozen=True, slots=True)
class RuleBetween:
    """One rule between two versions, as a sentence would have it.

    `was_called` is its name before, where that was another.
    """

    group: str
    name: str
    change: ChangeKind
    old: str = ""
    new: str = ""
    was_called: str = ""

    @property
    def sentence(self) -> str:
        if self.change is ChangeKind.ADDED:
            return f"“{self.name}” is added: {self.new}"
        if self.change is ChangeKind.REMOVED:
            return f"“{self.name}” is removed. It said: {self.old}"
        if self.change is ChangeKind.RENAMED:
            return f"“{self.was_called}” is now called “{self.name}”. It says as before: {self.new}"
        called = f"“{self.was_called}” is now called “{self.name}”, and" if self.was_called else ""
        return f"{called or f'“{self.name}”'} is changed from: {self.old} To: {self.new}"


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
    for key, says in new.rules.items():
        name, said = new.name_of(key), old.rules.get(key)
        if said is None:
            found.append(RuleBetween(new.title, name, ChangeKind.ADDED, new=says))
            continue
        was_called = "" if (before := old.name_of(key)) == name else before
        if said != says:
            found.append(RuleBetween(new.title, name, ChangeKind.CHANGED, said, says, was_called))
        elif was_called:
            found.append(RuleBetween(new.title, name, ChangeKind.RENAMED, said, says, was_called))
    found += [
        RuleBetween(new.title, old.name_of(key), ChangeKind.REMOVED, old=says)
        for key, says in old.rules.items()
        if key not in new.rules
    ]
    if new.is_ordered:
        found += _reordered(old, new)
    return found


def _reordered(old: Group, new: Group) -> Iterable[RuleBetween]:
    """One difference for a whole group, where what both have is in another order."""
    before = [key for key in old.rules if key in new.rules]
    after = [key for key in new.rules if key in old.rules]
    if before != after:
        were, are = (
            ", then ".join(f"“{new.name_of(key)}”" for key in keys) + "."
            for keys in (before, after)
        )
        yield RuleBetween(new.title, "The order", ChangeKind.CHANGED, were, are)


def grouped(found: Sequence[RuleBetween]) -> list[tuple[str, list[RuleBetween]]]:
    """By group, for a page."""
    return [(title, list(rules)) for title, rules in groupby(found, key=lambda each: each.group)]
