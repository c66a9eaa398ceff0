"""The pages on which a version is read: its contents, each chapter, each clause, and its other parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from sorp.models.statement import Version
from sorp.queries.statement import ClauseSheet, StatementSheet, statement_sheet

# What a version holds beside its clauses: as an address has it, and as a heading does.
PARTS = {
    "unplaced": "Rules without a clause",
    "figures": "Recovery, relapse and plans in figures",
    "calendar": "When each step of a quarter is due",
    "reminders": "Who is reminded, and when",
    "appetite": "Risk appetite",
    "terms": "Terms",
}


@dataclass(frozen=True, slots=True)
class StatementPage:
    """A page that shows one chapter, one clause or one other part of a version."""

    title: str
    address: str
    clause: ClauseSheet | None = None
    part: str = ""
    within: tuple[StatementPage, ...] = ()  # the clauses of a chapter, each with a page of its own

    @property
    def each_clause(self) -> tuple[StatementPage, ...]:
        """A chapter's own words, then its clauses."""
        return (self, *self.within)

    @property
    def template(self) -> str:
        """By what a part that is no clause is drawn."""
        return f"sorp/parts/{self.part}.html"


@dataclass(frozen=True, slots=True)
class PageInPlace:
    """A page with those before and after it, and the chapter that holds it where it is one clause."""

    page: StatementPage
    before: StatementPage | None
    after: StatementPage | None
    chapter: StatementPage | None


@dataclass(frozen=True, slots=True)
class StatementPages:
    """Every page of one version, in the order in which it is read."""

    sheet: StatementSheet
    front: str
    whole: str
    chapters: tuple[StatementPage, ...]
    parts: tuple[StatementPage, ...]

    def clause(self, key: str) -> PageInPlace | None:
        """The page of a clause, by the key that it keeps whatever its number becomes."""
        for chapter in self.chapters:
            if _key_of(chapter) == key:
                return _in_place(chapter, [*self.chapters, *self.parts], None)
            for page in chapter.within:
                if _key_of(page) == key:
                    every = [each for one in self.chapters for each in one.each_clause]
                    return _in_place(page, every, chapter)
        return None

    def part(self, key: str) -> PageInPlace | None:
        page = next((each for each in self.parts if each.part == key), None)
        return _in_place(page, [*self.chapters, *self.parts], None) if page else None

    @property
    def appetite(self) -> str:
        """Where the statements of risk appetite are read."""
        return next((each.address for each in self.parts if each.part == "appetite"), self.whole)


def _key_of(page: StatementPage) -> str:
    return page.clause.clause.key if page.clause else ""


def _in_place(
    page: StatementPage, pages: Sequence[StatementPage], chapter: StatementPage | None
) -> PageInPlace:
    place = pages.index(page)
    return PageInPlace(
        page,
        before=pages[place - 1] if place else None,
        after=pages[place + 1] if place + 1 < len(pages) else None,
        chapter=chapter,
    )


def statement_pages(version: Version, *, is_named: bool) -> StatementPages:
    """The pages of a version. Where it is not named, their addresses are those of whichever rules."""
    sheet = statement_sheet(version)
    named = [version.number] if is_named else []
    front, whole, clause, part = (
        ("sorp_version", "sorp_version_whole", "sorp_version_clause", "sorp_version_part")
        if is_named
        else ("sorp", "sorp_whole", "sorp_clause", "sorp_part")
    )

    def page_of(each: ClauseSheet, within: tuple[StatementPage, ...] = ()) -> StatementPage:
        address = reverse(clause, args=[*named, each.clause.key])
        return StatementPage(str(each.clause), address, clause=each, within=within)

    held = {
        "unplaced": sheet.unplaced,
        "figures": sheet.settings,
        "calendar": sheet.days,
        "reminders": sheet.reminders,
        "appetite": sheet.appetites,
        "terms": sheet.terms,
    }
    return StatementPages(
        sheet=sheet,
        front=reverse(front, args=named),
        whole=reverse(whole, args=named),
        chapters=tuple(
            page_of(head, tuple(page_of(each) for each in rest))
            for head, *rest in _chapters(sheet.clauses)
        ),
        parts=tuple(
            StatementPage(title, reverse(part, args=[*named, key]), part=key)
            for key, title in PARTS.items()
            if held[key]
        ),
    )


def _chapters(clauses: Sequence[ClauseSheet]) -> list[list[ClauseSheet]]:
    """Clauses by chapter. What stands before the first chapter makes one of its own."""
    found: list[list[ClauseSheet]] = []
    for each in clauses:
        if each.is_chapter or not found:
            found.append([])
        found[-1].append(each)
    return found
