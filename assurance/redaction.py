"""What is left of a pack's document, and of a text with headings, once what is exempt is taken out. Pure.

Nothing is struck out: what may be read of an exempt item is picked, and the rest is not there. What a
pack comes to hold some day is withheld until somebody decides otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

NAMELESS = "Exempt item"
NOT_SET_APART = "This document holds exempt matter that does not stand under a heading of its own."
# What may be read of an exempt item whose title is not exempt.
NAMED = ("reference", "title", "unit", "directorate", "accountable_manager")


@dataclass(frozen=True, slots=True)
class Mark:
    """One exempt item: at which meeting, what it is called there, and what is read instead."""

    team: str
    date: str
    reference: str
    title: str
    line: str
    title_too: bool

    def is_of(self, item: Mapping[str, Any]) -> bool:
        return item.get("reference") == self.reference or item.get("title") == self.title


def redacted_pack(document: Json, marks: Sequence[Mark], *, reads: Iterable[str] = ()) -> Json:
    """A pack's document as somebody may read it who reads exempt matter of these teams alone.

    Withheld is what was exempt when it was frozen, and what is marked since. With nothing to
    withhold, it is the document itself.
    """
    team, date, reads = document["team"]["code"], document["meeting"]["date"], set(reads)
    here = [each for each in marks if (each.team, each.date) == (team, date)]
    agenda = [_item(each, here, marks, team, reads) for each in document["agenda"]]
    arising = [_arising(each, marks, team, reads) for each in document.get("matters_arising", [])]
    if agenda == document["agenda"] and arising == document.get("matters_arising", []):
        return document
    nameless = [
        was for was, each in zip(document["agenda"], agenda, strict=True) if "reference" not in each
    ]
    return {
        **{name: _besides(value, nameless) for name, value in document.items()},
        "agenda": agenda,
        "matters_arising": arising,
        "redacted": True,
    }


def _besides(value: Any, nameless: Sequence[Json]) -> Any:
    """A list of what a team receives besides its agenda, without what nobody is to know is on it."""
    if not isinstance(value, list):
        return value
    return [
        {name: _besides(each, nameless) for name, each in row.items()}
        if isinstance(row, dict)
        else row
        for row in value
        if not (isinstance(row, dict) and any(_is_same(row, item) for item in nameless))
    ]


def _is_same(row: Json, item: Json) -> bool:
    return item["title"] in (row.get("title"), row.get("name")) or (
        "reference" in row and row["reference"] == item.get("reference") != item.get("kind_label")
    )


def _item(
    item: Json, here: Sequence[Mark], marks: Sequence[Mark], team: str, reads: set[str]
) -> Json:
    frozen = item.get("exempt") if team not in reads else None
    mark = next((each for each in here if each.is_of(item)), None)
    if frozen or mark:
        line = frozen["line"] if frozen else mark.line if mark else ""
        if (frozen and frozen["title_too"]) or (mark and mark.title_too):
            return {"position": item["position"], "title": NAMELESS, "withheld": line}
        named = {name: item[name] for name in NAMED if name in item}
        return {"position": item["position"], **named, "withheld": line}
    before = [_before(each, item, marks, reads) for each in item.get("before", [])]
    return {**item, "before": before} if before else item


def _before(meeting: Json, item: Json, marks: Sequence[Mark], reads: set[str]) -> Json:
    """What was said of an item at an earlier meeting, where it was exempt."""
    frozen = meeting.get("exempt") if meeting["team"] not in reads else None
    mark = next(
        (
            each
            for each in marks
            if (each.team, each.date) == (meeting["team"], meeting["date"]) and each.is_of(item)
        ),
        None,
    )
    if not (frozen or mark):
        return meeting
    line = frozen["line"] if frozen else mark.line if mark else ""
    return {
        "team": meeting["team"],
        "date": meeting["date"],
        "decisions": [line],
        "agreed_actions": [],
    }


def _arising(row: Json, marks: Sequence[Mark], team: str, reads: set[str]) -> Json:
    frozen = row.get("exempt") if team not in reads else None
    # Packs of before said nothing of the meeting: any exempt item so called may be meant.
    mark = next(
        (
            each
            for each in marks
            if each.team == team and each.date == row.get("date", each.date) and each.is_of(row)
        ),
        None,
    )
    if not (frozen or mark):
        return row
    nameless = (frozen and frozen["title_too"]) or (mark and mark.title_too)
    line = frozen["line"] if frozen else mark.line if mark else ""
    kept: tuple[str, ...] = () if nameless else ("team", "date")
    named = {name: row[name] for name in kept if name in row}
    return {"reference": "" if nameless else row["reference"], **named, "withheld": line}


def heading_of(title: str, reference: str) -> str:
    """The heading under which a document speaks of an item."""
    return f"{title} ({reference})"


def redacted_text(text: str, marks: Sequence[Mark], references: Iterable[str]) -> str:
    """A text with headings, in which what stands under an exempt item's heading is withheld.

    A heading is known by the reference in brackets at its end: these are those of the whole agenda.
    What is withheld ends with the heading of the next item, and with no other heading. Where an
    exempt item has none, nothing says which words are about it, and the whole text is withheld.
    """
    ends = tuple(f"({each})" for each in references)
    parts = [each.strip() for each in text.replace("\r\n", "\n").split("\n\n") if each.strip()]
    found: list[str] = []
    left = list(marks)
    current: Mark | None = None
    for part in parts:
        if part.startswith("#"):
            heading = part.lstrip("# ").strip()
            before, current = current, next((each for each in marks if _heads(heading, each)), None)
            if current is not None:
                left = [each for each in left if each is not current]
                heading = (
                    NAMELESS if current.title_too else heading_of(current.title, current.reference)
                )
                found += [f"# {heading}", current.line]
                continue
            current = before if not ("\n" not in heading and heading.endswith(ends)) else None
        if current is None:
            found.append(part)
    if not marks:
        return text
    if left:
        return "\n\n".join([NOT_SET_APART, *dict.fromkeys(each.line for each in marks)])
    return "\n\n".join(found)


def without_heading(text: str, marks: Sequence[Mark]) -> list[Mark]:
    """The exempt items that have no heading of their own in a text."""
    headings = [
        each.strip().lstrip("# ").strip()
        for each in text.replace("\r\n", "\n").split("\n\n")
        if each.strip().startswith("#")
    ]
    return [mark for mark in marks if not any(_heads(each, mark) for each in headings)]


def _heads(heading: str, mark: Mark) -> bool:
    """Whether a heading, one line, is an exempt item's own."""
    is_one_line = "\n" not in heading
    return is_one_line and (
        heading == heading_of(mark.title, mark.reference) or heading.endswith(f"({mark.reference})")
    )
