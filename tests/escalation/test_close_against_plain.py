"""What closing quarters leaves in the database, against a plain reading of the same rules.

The plain reading asks of one quarter at a time, counts along lists, and shares nothing with the
evaluator but the words. It is slow and simple on purpose.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.quarters import Quarter
from core.queries import last_closed
from core.services.quarters import open_quarter
from escalation.models.escalations import Escalation
from escalation.queries.restatement_preview import as_episode
from escalation.rules.ladder import close, replay, restate
from escalation.rules.triggers import Rules
from escalation.services.closing import close_quarter
from indicators.models.variations import Variation, VariedTrigger
from indicators.rules.entry import ResultGiven
from indicators.services.results import revise_result, submit_result
from organisation.rules import UnitTier
from sorp.lexicon import Level, NotRated, Polarity, Rag, Tier
from sorp.rules.figures import Figure
from tests.escalation.conditions import triggers
from tests.escalation.pictures import FIRST, nth
from tests.escalation.versions import version_of
from tests.factories import IndicatorFactory, TargetFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db
TODAY = date(2017, 6, 1)
QUARTERS = 7
TARGET = 90  # with 80 as the floor standard
FIGURES = (70, 75, 79, 80, 85, 89, 90, 95, 99)
KINDS = (
    "status",
    "worsening",
    "variance",
    "no_result",
)
LEVELS = (Level.DIRECTORATE, Level.PAT)
TIERS = (Tier.DIVISION, Tier.CORPORATE)


@dataclass(frozen=True)
class Cell:
    """One quarter of one indicator: a figure or none, late or not, measured anew or not."""

    figure: int | None
    late: bool = False
    anew: bool = False

    @property
    def colour(self):
        if self.figure is None:
            return None
        return "green" if self.figure >= TARGET else "amber" if self.figure >= 80 else "red"


@dataclass(frozen=True)
class Book:
    """The rules of some quarters."""

    triggers: tuple
    exit_quarters: int
    relapse_within: int
    relapse_shortens_by: int


@dataclass(frozen=True)
class Departure:
    """A variation for one indicator: a trigger's window, or None, in some quarters."""

    first: int
    last: int
    trigger: int
    window: tuple[int, int] | None
    exit_quarters: int | None


@dataclass(frozen=True)
class World:
    books: tuple  # the first quarter's, and those from a later quarter on
    changes_in: int
    pictures: tuple  # a list of cells for each indicator
    departures: tuple  # one or none for each


# What was not reported says nothing of how it was measured, nor of when it came.
CELLS = st.one_of(
    *[
        st.builds(
            Cell,
            st.sampled_from([*FIGURES, 70, 79]),
            st.sampled_from([False, False, False, True]),
            st.sampled_from([False] * 4 + [True]),
        )
    ]
    * 5,
    st.just(Cell(None)),
)


ANY_TRIGGER = triggers(
    kinds=KINDS, within=3, tiers=st.just(frozenset(TIERS)), levels=LEVELS
).filter(
    lambda each: each.columns["compared_with"] != "travel"
)  # which rests on more quarters than these


@st.composite
def books(draw):
    drawn = draw(
        st.lists(
            ANY_TRIGGER,
            min_size=1,
            max_size=3,
            unique_by=lambda each: each.name,
        )
    )
    return Book(
        tuple(drawn),
        draw(st.integers(1, 2)),
        draw(st.integers(0, 4)),
        draw(st.integers(0, 2)),
    )


@st.composite
def departures(draw):
    first = draw(st.integers(1, QUARTERS))
    at_least = draw(st.integers(1, 3))
    return Departure(
        first,
        draw(st.integers(first, QUARTERS)),
        draw(st.integers(0, 2)),
        draw(st.none() | st.just((at_least, draw(st.integers(at_least, 3))))),
        draw(st.none() | st.integers(1, 2)),
    )


@st.composite
def worlds(draw):
    number = draw(st.integers(1, 2))
    return World(
        (draw(books()), draw(books())),
        draw(st.integers(2, QUARTERS)),
        tuple(
            tuple(draw(st.lists(CELLS, min_size=QUARTERS, max_size=QUARTERS)))
            for _ in range(number)
        ),
        tuple(draw(st.none() | departures()) for _ in range(number)),
    )


# The plain reading.


def book_at(world, place, departure):
    """Triggers as (trigger, at least, within), and the exit, for a quarter counted from 1."""
    book = world.books[place >= world.changes_in]
    asked = [(each, each.at_least, each.within) for each in book.triggers]
    exit_quarters = book.exit_quarters
    if departure is not None and departure.first <= place <= departure.last:
        name = varied_name(world, departure)
        if departure.window is None:
            asked = [each for each in asked if each[0].name != name]
        else:
            asked = [
                (each, *departure.window) if each.name == name else (each, m, n)
                for each, m, n in asked
            ]
        exit_quarters = departure.exit_quarters or exit_quarters
    return book, asked, exit_quarters


def varied_name(world, departure):
    names = [each.name for each in world.books[0].triggers]
    return names[departure.trigger % len(names)]


def bad(status):
    return {"red"} if status is Rag.RED else {"red", "amber"} if status is Rag.AMBER else None


def fall(trigger, cells, i):
    """How much worse than what it is compared with; None where that cannot be said."""
    j = i - (1 if trigger.columns["compared_with"] == "previous" else 4)
    if j < 0 or any(cell.anew for cell in cells[j + 1 : i + 1]):
        return None
    if cells[i].figure is None or cells[j].figure is None:
        return None
    return cells[j].figure - cells[i].figure


def is_seen(trigger, cells, i):
    if trigger.kind == "no_result":
        return True
    if trigger.kind == "worsening":
        return fall(trigger, cells, i) is not None
    return cells[i].colour is not None


def is_hit(trigger, cells, i):
    cell = cells[i]
    if trigger.kind == "no_result":
        return cell.figure is None or (trigger.columns["or_late"] and cell.late)
    if cell.colour is None or cell.colour not in (bad(trigger.status) or {cell.colour}):
        return False
    if trigger.kind == "variance":
        return cell.figure < TARGET and (TARGET - cell.figure) * 100 >= trigger.percent * TARGET
    if trigger.columns["compared_with"] is None:
        return True
    worse = fall(trigger, cells, i)
    if worse is None:
        return False
    return worse >= 0 if trigger.columns["movement"] == "not_better" else worse > 0


def hits(trigger, at_least, within, cells, i):
    """The places that count, oldest first, where the trigger is met at the i-th; else nothing."""
    if not is_hit(trigger, cells, i):
        return []
    seen = []
    for j in range(i, -1, -1):
        if is_seen(trigger, cells, j):
            seen.append(j)
        if cells[j].anew:
            break
    found = sorted(j for j in seen[:within] if is_hit(trigger, cells, j))
    return found if len(found) >= at_least else []


def is_out(exit_quarters, cells, i, opened):
    """The exit rule, leaving aside that nothing may be met: so many green quarters after it opened.

    A quarter without a figure is one in which a due result is missing.
    """
    for green, j in enumerate(range(i, opened, -1), start=1):
        if cells[j].colour != "green":
            return False
        if green == exit_quarters:
            return True
        if cells[j].anew:
            return False
    return False


def met_at(world, departure, cells, i, level, recovered):
    book, asked, _ = book_at(world, i + 1, departure)
    recent = recovered is not None and i - recovered <= book.relapse_within
    met = []
    for trigger, m, n in asked:
        if trigger.level != level:
            continue
        fewer = min(book.relapse_shortens_by, m - 1) if recent else 0
        found = hits(trigger, m, n, cells, i) or hits(trigger, m - fewer, n - fewer, cells, i)
        if found:
            met.append((trigger.name, found[0]))
    return met, recent


def read_plainly(world, cells, departure):
    """Every escalation as (level, trigger, all met, since, opened, recovered, relapse)."""
    told = []
    for level in LEVELS:
        spell, recovered = None, None
        for i in range(len(cells)):
            met, recent = met_at(world, departure, cells, i, level, recovered)
            if spell is not None:
                if is_out(book_at(world, i + 1, departure)[2], cells, i, spell[3]) and not met:
                    told.append((level, *spell[:4], i, spell[4]))
                    spell, recovered = None, i
            elif met:
                spell = (met[0][0], tuple(name for name, _ in met), met[0][1], i, recent)
        if spell is not None:
            told.append((level, *spell[:4], None, spell[4]))
    return sorted(told, key=str)


# The world, built and closed through the services.


def build(world):
    """The versions, the indicators and their variations."""
    for number, (book, since) in enumerate(
        zip(world.books, (Quarter(2010, 1), nth(world.changes_in)), strict=True), start=1
    ):
        version_of(
            *book.triggers,
            since=since,
            number=str(number),
            exit_quarters=book.exit_quarters,
            relapse_within=book.relapse_within,
            relapse_shortens_by=book.relapse_shortens_by,
        )
    division = UnitFactory(tier=UnitTier.DIVISION, parent=UnitFactory())
    manager, director = UserFactory(), UserFactory()
    indicators = []
    for number, departure in enumerate(world.departures):
        indicator = TargetFactory(
            indicator=IndicatorFactory(
                unit=division, tier=TIERS[number % 2], accountable_manager=manager
            )
        ).indicator
        indicators.append(indicator)
        if departure is not None:
            agree(world, indicator, departure, director)
    return indicators


def agree(world, indicator, departure, director):
    variation = Variation.objects.create(
        indicator=indicator,
        state=Variation.State.AGREED,
        what="Counted otherwise",
        reason="For a time",
        from_quarter=nth(departure.first),
        until_quarter=nth(departure.last),
        proposed_by=indicator.accountable_manager,
        decided_by=director,
        decided_on=TODAY,
        exit_quarters=departure.exit_quarters,
    )
    at_least, within = departure.window or (None, None)
    VariedTrigger.objects.create(
        variation=variation,
        trigger=varied_name(world, departure),
        trigger_key=varied_name(world, departure),
        applies=departure.window is not None,
        at_least=at_least,
        within=within,
    )


def given_as(cell):
    return ResultGiven(value=Decimal(cell.figure), definition_break=cell.anew)


def report(indicators, world, i):
    open_quarter(quarter=nth(i + 1), today=TODAY, by=None)
    for indicator, cells in zip(indicators, world.pictures, strict=True):
        if cells[i].figure is not None:
            submit_result(
                indicator=indicator,
                quarter=nth(i + 1),
                given=given_as(cells[i]),
                today=TODAY,
                by=None,
                late=cells[i].late,
            )


def recorded_of(indicator):
    def place(quarter):
        return None if quarter is None else quarter.ordinal - FIRST.ordinal

    return sorted(
        (
            (
                Level(row.level),
                row.trigger,
                tuple(row.all_met),
                place(row.since),
                place(row.opened_in),
                place(row.recovered_in),
                row.relapse,
            )
            for row in Escalation.objects.filter(indicator=indicator)
        ),
        key=str,
    )


def undone(act):
    """Each example leaves the database as it found it."""

    def acting(*drawn):
        with transaction.atomic():
            act(*drawn)
            transaction.set_rollback(True)

    return acting


# A few worlds at each change, since each is closed seven times; `make long` asks for more.
IN_A_DATABASE = settings(
    max_examples=int(os.environ.get("WORLDS", "4")), suppress_health_check=list(HealthCheck)
)


@IN_A_DATABASE
@given(worlds())
def test_closing_leaves_what_a_plain_reading_gives(world):
    @undone
    def closing():
        indicators = build(world)
        for i in range(QUARTERS):
            report(indicators, world, i)
            close_quarter(quarter=nth(i + 1), today=TODAY, by=None)
            assert not close_quarter(quarter=nth(i + 1), today=TODAY, by=None).changed
        for indicator, cells, departure in zip(
            indicators, world.pictures, world.departures, strict=True
        ):
            assert recorded_of(indicator) == read_plainly(world, cells, departure)

    closing()


# The evaluator itself, with no database: the same reading, of many more worlds.


def observed(cells):
    return [
        Figure(
            nth(place),
            Rag(cell.colour) if cell.colour else None,
            None if cell.colour else NotRated.NO_RESULT,
            definition_break=cell.anew,
            value=None if cell.figure is None else Decimal(cell.figure),
            target=Decimal(TARGET),
            polarity=Polarity.HIGHER,
            late=cell.late,
        )
        for place, cell in enumerate(cells, start=1)
    ]


def rules_of(world, departure):
    def rules_for(quarter):
        book, asked, exit_quarters = book_at(world, quarter.ordinal - FIRST.ordinal + 1, departure)
        return Rules(
            tuple(replace(trigger, at_least=m, within=n) for trigger, m, n in asked),
            exit_quarters,
            book.relapse_within,
            book.relapse_shortens_by,
        )

    return rules_for


def as_told(episodes):
    def place(quarter):
        return None if quarter is None else quarter.ordinal - FIRST.ordinal

    return sorted(
        (
            (
                each.level,
                each.trigger,
                each.all_met,
                place(each.since),
                place(each.opened_in),
                place(each.recovered_in),
                each.relapse,
            )
            for each in episodes
        ),
        key=str,
    )


@settings(max_examples=300)
@given(worlds())
def test_replaying_gives_what_a_plain_reading_gives(world):
    for cells, departure in zip(world.pictures, world.departures, strict=True):
        episodes = replay(observed(cells), rules_of(world, departure), Tier.DIVISION)
        assert as_told(episodes) == read_plainly(world, cells, departure)


# Revisions after a close: what the service writes is what the evaluator says, and nothing is lost.

REVISIONS = st.lists(
    st.tuples(
        st.integers(0, QUARTERS - 2),  # after which close
        st.integers(0, QUARTERS - 2),  # of which quarter, or an earlier one
        st.integers(0, 1),  # of which indicator
        st.sampled_from(FIGURES),
    ),
    max_size=4,
)


@IN_A_DATABASE
@given(worlds(), REVISIONS)
def test_what_follows_from_revisions_is_what_the_evaluator_says(world, revisions):
    @undone
    def closing():
        indicators = build(world)
        pictures = [list(cells) for cells in world.pictures]
        expected = [() for _ in indicators]
        for i in range(QUARTERS):
            report(indicators, world, i)
            close_quarter(quarter=nth(i + 1), today=TODAY, by=None)
            for n in range(len(indicators)):
                expected[n] = close(
                    observed(pictures[n][: i + 1]), expected[n], *judging(world, n)
                ).episodes
                assert in_full(Escalation.objects.filter(indicator=indicators[n])) == sorted(
                    map(str, expected[n])
                )
            for after, of, which, figure in revisions:
                if after == i and which < len(indicators) and of <= i:
                    revise(indicators[which], pictures[which], of, figure)
                    expected[which] = restate(
                        observed(pictures[which][: i + 1]),
                        expected[which],
                        nth(of + 1),
                        *judging(world, which),
                    ).episodes

    closing()


def judging(world, n):
    return rules_of(world, world.departures[n]), TIERS[n % 2]


def revise(indicator, cells, of, figure):
    cells[of] = replace(cells[of], figure=figure)
    revise_result(
        indicator=indicator,
        quarter=nth(of + 1),
        given=given_as(cells[of]),
        reason="Counted again",
        by=None,
    )
    close_quarter(quarter=last_closed(), today=TODAY, by=None)


def in_full(rows):
    return sorted(str(as_episode(row)) for row in rows)
