"""As it stands: the close, run in private over the open quarter, is the close that then comes."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.clock import localdate, now
from core.models.audit import AuditEvent
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.services.quarters import open_quarter
from escalation.apps import _changed
from escalation.models.close_previews import ClosePreview, UnitClosePreview
from escalation.models.escalations import Escalation
from escalation.models.exceptions import UnitEscalation
from escalation.queries.close_previews import (
    TypedResult,
    quarter_previewed,
    work_out_close_previews,
    work_out_unit_previews,
)
from escalation.rules.close_preview import (
    CloseAct,
    Consequence,
    counts_of_previews,
    reads_chances,
)
from escalation.rules.triggers import Rules
from escalation.services.close_previews import (
    drop_close_previews,
    update_all_close_previews,
    update_close_previews,
)
from escalation.services.closing import close_quarter
from escalation.services.handling import refer_up
from escalation.tasks import update_close_previews as update_by_the_hour
from indicators.models.ratings import Rating
from indicators.models.variations import Variation, VariedTrigger
from indicators.queries.forecasts import ChanceRecord
from indicators.rules.entry import ResultGiven
from indicators.services.awaited import say_awaited, take_back_awaited
from indicators.services.definitions import retire_indicator, set_target, suspend_indicator
from indicators.services.results import as_revision, revise_result, submit_result
from indicators.services.variations import VariedWindow, agree_variation, propose_variation
from organisation.rules import PostKind, UnitTier
from sorp.lexicon import Level, NotRated, Rag, Tier
from tests.escalation.conditions import aggregate, positive, silence, trigger, triggers
from tests.escalation.pictures import nth
from tests.escalation.versions import version_of
from tests.factories import (
    VALUES,
    IndicatorFactory,
    TargetFactory,
    UnitFactory,
    UserFactory,
    VariationFactory,
    holder,
)
from tests.indicators.forecasts import say

pytestmark = pytest.mark.django_db
TODAY = date(2017, 6, 1)
Q1, Q2, Q3 = (Quarter(2011, number) for number in (1, 2, 3))
RAGS = {"R": Rag.RED, "A": Rag.AMBER, "G": Rag.GREEN}
QUARTERS, INDICATORS = 4, 3
RULES = (
    trigger("Red for two quarters", Rag.RED, 2, 2, clause="4.1"),
    trigger("Red", Rag.RED, level=Level.DIRECTORATE, clause="4.3"),
    silence(2, 2, name="No result twice", level=Level.DIRECTORATE, clause="4.7"),
    aggregate(3, name="Three reds in a division", clause="4.9"),
    positive(8, name="Far above target", clause="4.10"),
)


@pytest.fixture(autouse=True)
def in_december():
    _changed.to_preview.clear()  # what tests left whose transactions were never over
    with time_machine.travel("2011-12-01 10:00 +0000"):
        yield


def value_of(letter):
    return ResultGiven(value=VALUES[RAGS[letter]])


def followed_up(act, **given_to_it):
    """An act, and what is done once its transaction is over."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        return act(**given_to_it)


def ask_for(quarter):
    """The quarter is begun: it is no history, however long ago it was."""
    open_quarter(quarter=quarter, today=TODAY, by=None)
    ReportingQuarter.objects.filter(quarter=quarter).update(begun_at=now())


def submit_as(indicator, quarter, said):
    ask_for(quarter)
    followed_up(
        submit_result, indicator=indicator, quarter=quarter, given=said, today=TODAY, by=None
    )


def submit(indicator, quarter, letter):
    submit_as(indicator, quarter, value_of(letter))


def close(quarter):
    return followed_up(close_quarter, quarter=quarter, today=TODAY, by=None)


def reported(indicator, picture, *, since=Q1):
    """A result a quarter, each quarter closed but the last, which is returned."""
    quarter = since
    for letter in picture[:-1]:
        submit(indicator, quarter, letter)
        close(quarter)
        quarter = quarter.next()
    submit(indicator, quarter, picture[-1])
    return quarter


@pytest.fixture
def ruled(db):
    return version_of(*RULES, number="1.2")


@pytest.fixture
def division():
    return UnitFactory(tier=UnitTier.DIVISION, parent=UnitFactory(), name="Adult social care")


def measured(unit, number=1, **fields):
    manager = UserFactory()
    return [
        TargetFactory(
            indicator=IndicatorFactory(
                unit=unit, tier=Tier.DIVISION, accountable_manager=manager, **fields
            )
        ).indicator
        for _ in range(number)
    ]


def stands(indicator):
    return ClosePreview.objects.get(indicator=indicator)


def sentences(indicator):
    return [each.sentence for each in stands(indicator).consequences]


# What is foretold is what then happens ------------------------------------------------------------


FIGURES = st.sampled_from([None, None, 60, 70, 79, 80, 85, 90, 95, 99])
LEVELS = (Level.DIRECTORATE, Level.PAT)
ASKED = triggers(within=3, tiers=st.just(frozenset({Tier.DIVISION, Tier.CORPORATE})), levels=LEVELS)


@dataclass(frozen=True)
class World:
    """Rules; for each quarter a figure of each indicator, and the order in which they come; what is said
    again of the quarter before, in turn; and, of the first indicator, what is varied from the start."""

    rules: tuple
    book: dict
    figures: list
    order: tuple = tuple(range(INDICATORS))
    revised: tuple = ()
    varied: dict | None = None


@st.composite
def worlds(draw):
    """Rules of any kind; and for each quarter the figures, in any order, and what is said again."""
    rules = draw(st.lists(ASKED, min_size=1, max_size=4, unique_by=lambda each: each.name))
    book = {
        "exit_quarters": draw(st.integers(1, 2)),
        "relapse_within": draw(st.integers(0, 4)),
        "relapse_shortens_by": draw(st.integers(0, 2)),
    }
    figures = draw(
        st.lists(
            st.lists(FIGURES, min_size=INDICATORS, max_size=INDICATORS),
            min_size=QUARTERS,
            max_size=QUARTERS,
        )
    )
    order = draw(st.permutations(range(INDICATORS)))
    revised = draw(st.lists(st.tuples(st.integers(0, 2), FIGURES), max_size=3))
    varied = draw(st.sampled_from([None, {"exit_quarters": 3}]))
    return World(tuple(rules), book, figures, tuple(order), tuple(revised), varied)


def vary(indicator, varied):
    """It is agreed that the indicator is judged otherwise, for longer than anybody looks."""
    proposed = propose_variation(
        indicator=indicator,
        what="Judged otherwise while the depot moves",
        reason="The depot moves",
        from_quarter=Q1,
        until_quarter=nth(QUARTERS),
        by=holder(PostKind.PERFORMANCE_OFFICER),
        **varied,
    )
    followed_up(agree_variation, variation=proposed, by=holder(PostKind.MANAGING_DIRECTOR))


def foretold(quarter):
    """By what was kept: status and travel of each indicator, and what would become of it."""
    rows = ClosePreview.objects.filter(quarter=quarter)
    verdicts = {each.indicator_id: (each.rag, each.not_rated, each.travel) for each in rows}
    acts = {
        (
            *("indicator", row.indicator_id, each.act, each.level, each.trigger_key),
            each.act is CloseAct.OPENS and each.relapse,
        )
        for row in rows
        for each in row.consequences
    }
    acts |= {
        ("unit", row.unit_id, each.act, each.level, each.trigger_key, False)
        for row in UnitClosePreview.objects.filter(quarter=quarter)
        for each in row.consequences
    }
    return verdicts, acts


def happened(quarter, closing):
    """By what the close left on record."""
    ratings = Rating.objects.latest_ones().filter(quarter=quarter)
    verdicts = {each.indicator_id: (each.rag, each.not_rated, each.travel) for each in ratings}
    exceptions = closing.exceptions
    of_indicators = (
        (CloseAct.OPENS, closing.opened),
        (CloseAct.RECOVERS, closing.recovered),
        (CloseAct.ENDS, closing.ended),
        (CloseAct.STANDS, Escalation.objects.open_ones().filter(opened_in__lt=quarter)),
        (CloseAct.NOTICED, exceptions.positive),
        (CloseAct.UNNOTICED, exceptions.positive_ended),
    )
    acts = {
        (
            *("indicator", row.indicator_id, act, Level(row.level), row.trigger_key),
            act is CloseAct.OPENS and row.relapse,
        )
        for act, rows in of_indicators
        for row in rows
    }
    still = UnitEscalation.objects.filter(recovered_in__isnull=True, opened_in__lt=quarter)
    of_units = (
        (CloseAct.OPENS, exceptions.units_referred),
        (CloseAct.RECOVERS, exceptions.units_recovered),
        (CloseAct.STANDS, still),
    )
    acts |= {
        ("unit", row.unit_id, act, Level(row.level), row.trigger_key, False)
        for act, rows in of_units
        for row in rows
    }
    return verdicts, acts


def known_before(indicator):
    """Eight results from before the first quarter: enough for a forecast and a direction of travel."""
    for place, figure in enumerate((85, 89, 84, 88, 85, 89, 84, 88)):
        say(indicator, Quarter.from_ordinal(Q1.ordinal - 8 + place), figure)


def arrive(indicator, quarter, figure):
    if figure is not None:
        submit_as(indicator, quarter, ResultGiven(value=Decimal(figure)))


def correct(indicator, quarter, figure):
    if figure is not None:
        followed_up(
            revise_result,
            indicator=indicator,
            quarter=quarter,
            given=ResultGiven(value=Decimal(figure)),
            reason="A late count",
            by=None,
        )


@contextmanager
def everything_shown():
    """Chances are shown, as where enough have been scored; what is done is undone afterwards."""
    unsaid = ChanceRecord.unsaid
    ChanceRecord.unsaid = lambda self, indicator, method: None
    try:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
    finally:
        ChanceRecord.unsaid = unsaid


@settings(max_examples=10, suppress_health_check=list(HealthCheck))
@given(worlds())
def test_the_private_close_is_the_close(world):
    """Kept as results arrive, one after the other, and by the hourly round, it is what the close does.

    Where a rule goes by the system's forecasts, each rests on how those of all others turned out: what
    arrives of one indicator moves others, and the round follows that.
    """
    assert_foretold_as_it_happened(world)


RED_TWICE = trigger("Red for two quarters", Rag.RED, 2, 2, clause="4.1")
PLAIN = {"exit_quarters": 1, "relapse_within": 0, "relapse_shortens_by": 0}


@pytest.mark.parametrize(
    ("world", "acts"),
    [
        pytest.param(
            World(
                (RED_TWICE,),
                PLAIN,
                [[70, 70, 95], [70, 70, 95], [95, 95, 95], [95, 95, 95]],
                varied={"triggers": [VariedWindow(RED_TWICE.key, 1, 1)], "exit_quarters": 2},
            ),
            [{"opens"}, {"opens", "stands"}, {"recovers", "stands"}, {"recovers"}],
            id="by a variation",
        ),
        pytest.param(
            World(
                (RED_TWICE,),
                PLAIN | {"relapse_within": 4, "relapse_shortens_by": 1},
                [[70, 95, 95], [70, 95, 95], [95, 95, 95], [70, 70, 95]],
            ),
            [set(), {"opens"}, {"recovers"}, {"opens"}],
            id="by a relapse",
        ),
        pytest.param(
            World(
                (RED_TWICE,),
                PLAIN,
                [[70, 95, 95], [70, 95, 95], [70, 70, 95], [95, 70, 95]],
                revised=((0, 95), (1, 95)),
            ),
            [set(), set(), {"opens"}, {"opens"}],
            id="with a revision of the quarter before",
        ),
    ],
)
def test_the_private_close_is_the_close_where_a_quarter_alone_does_not_say(world, acts):
    """What is foretold rests on what was agreed, on what went before, or on what is said again of it."""
    assert assert_foretold_as_it_happened(world) == acts


def assert_foretold_as_it_happened(world):
    """Returns what each close did."""
    rules, figures, revised = world.rules, world.figures, world.revised
    by_each_alone, done = not reads_chances(Rules(rules)), []
    with everything_shown():
        version_of(*rules, **world.book)
        indicators = measured(UnitFactory(tier=UnitTier.DIVISION, parent=UnitFactory()), INDICATORS)
        for each in indicators:
            known_before(each)
        if world.varied:
            vary(indicators[0], world.varied)
        for place, row in enumerate(figures, start=1):
            quarter = nth(place)
            ask_for(quarter)
            for which in world.order:
                arrive(indicators[which], quarter, row[which])
            if place > 1 and revised:
                which, figure = revised[place % len(revised)]
                correct(indicators[which], quarter.previous(), figure)
            as_they_arrived = foretold(quarter)
            update_all_close_previews(by=None)
            by_the_round = foretold(quarter)
            if by_each_alone and any(figure is not None for figure in row):
                assert as_they_arrived == by_the_round
            assert by_the_round == happened(quarter, close(quarter))
            assert not ClosePreview.objects.exists()
            done.append({act.value for _, _, act, *_ in by_the_round[1]})
    return done


@pytest.mark.parametrize(
    ("picture", "is_varied", "opens"),
    [("R", False, False), ("RR", False, True), ("RR", True, False), ("RRGR", False, True)],
)
def test_a_variation_and_a_relapse_are_foretold_as_the_close_takes_them(
    division, picture, is_varied, opens
):
    """The rule does not apply to the varied one; after a recovery, one red does where two did."""
    rule = trigger("Red for two quarters", Rag.RED, 2, 2)
    version_of(rule, exit_quarters=1, relapse_within=4, relapse_shortens_by=1)
    (indicator,) = measured(division)
    if is_varied:
        variation = VariationFactory(
            indicator=indicator,
            from_quarter=Q1,
            until_quarter=nth(4),
            state=Variation.State.AGREED,
            decided_by=UserFactory(),
            decided_on=TODAY,
        )
        VariedTrigger.objects.create(
            variation=variation, trigger=rule.name, trigger_key=rule.key, applies=False
        )

    quarter = reported(indicator, picture)

    verdicts, acts = foretold(quarter)
    assert any(act is CloseAct.OPENS for _, _, act, *_ in acts) is opens
    assert (verdicts, acts) == happened(quarter, close(quarter))


@settings(max_examples=5, suppress_health_check=list(HealthCheck))
@given(worlds())
def test_what_is_typed_is_foretold_as_it_is_once_it_is_submitted(world):
    with everything_shown():
        version_of(*world.rules, **world.book)
        indicators = measured(UnitFactory(tier=UnitTier.DIVISION, parent=UnitFactory()), INDICATORS)
        for each in indicators:
            known_before(each)
        for place, row in enumerate(world.figures, start=1):
            quarter = nth(place)
            ask_for(quarter)
            for which in world.order:
                if row[which] is None:
                    continue
                indicator = indicators[which]
                revision = as_revision(indicator, quarter, ResultGiven(value=Decimal(row[which])))
                typed = {indicator.pk: TypedResult(revision)}
                (before,) = work_out_close_previews(quarter, [indicator.pk], typed)
                arrive(indicator, quarter, row[which])
                after = stands(indicator)
                for name in ClosePreview.COMPARED:
                    assert getattr(before, name) == getattr(after, name)
            close(quarter)


# What is said of one indicator ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        ("G", []),
        ("R", ["Red: goes to its directorate management team at the close, by clause 4.3"]),
        (
            "RR",
            [
                "Second red running: goes to PAT at the close, by clause 4.1",
                "Red: stays at its directorate management team, since Q1 2011/12",
            ],
        ),
        (
            "RRR",
            [
                "Red: stays at PAT, since Q2 2011/12",
                "Red: stays at its directorate management team, since Q1 2011/12",
            ],
        ),
        (
            "RRG",
            [
                "Green: leaves PAT at the close, by the exit rule",
                "Green: leaves its directorate management team at the close, by the exit rule",
            ],
        ),
        ("RA", ["Amber: stays at its directorate management team, since Q1 2011/12"]),
    ],
)
def test_in_a_sentence(ruled, division, picture, expected):
    (indicator,) = measured(division)
    quarter = reported(indicator, picture)
    assert sentences(indicator) == expected
    assert stands(indicator).quarter == quarter


def test_the_words_are_those_of_the_version_that_rules_the_quarter(ruled, division):
    (indicator,) = measured(division)
    reported(indicator, "RR")
    opens, stays = stands(indicator).consequences
    assert opens.words == (
        "Clause 4.1 of version 1.2 of the SORP, “Red for two quarters”: Red for 2 of the last 2"
        " rated quarters refers an indicator to PAT."
    )
    assert stays.words == (
        "It leaves by the exit rule of version 1.2 of the SORP: green in the latest rated quarter."
    )


def test_what_is_missing_is_neither_green_nor_red_and_says_what_silence_would_do(ruled, division):
    silent, other = measured(division, 2)
    submit(other, Q1, "G")
    assert (stands(silent).rag, stands(silent).not_rated) == ("", NotRated.NO_RESULT)
    assert stands(silent).is_silent
    assert sentences(silent) == []
    close(Q1)
    submit(other, Q2, "G")
    assert sentences(silent) == [
        "If no result comes: goes to its directorate management team at the close, by clause 4.7"
    ]
    submit_as(silent, Q2, ResultGiven(not_available="The system was down"))
    assert not stands(silent).is_silent
    assert stands(silent).is_missing
    assert sentences(silent) == [
        "No result in Q1 2011/12 and Q2 2011/12: goes to its directorate management team at the"
        " close, by clause 4.7"
    ]


def test_what_does_well_is_brought_to_notice(ruled, division):
    (indicator,) = measured(division)
    submit(indicator, Q1, "G")
    submit_as(indicator, Q1, ResultGiven(value=Decimal(99)))
    (noticed,) = stands(indicator).consequences
    assert noticed.act is CloseAct.NOTICED
    assert noticed.sentence.endswith(
        "brought to the notice of PAT at the close for doing well, by clause 4.10"
    )


def test_what_is_no_longer_measured_ends(ruled, division):
    ending, other = measured(division, 2)
    submit(other, Q1, "G")
    reported(ending, "R")
    close(Q1)
    retire_indicator(indicator=ending, last_quarter=Q1, reason="Merged", by=UserFactory())
    submit(other, Q2, "G")
    assert sentences(ending) == [
        "No longer measured: ends at its directorate management team, neither recovered nor open"
    ]
    assert [each.indicator for each in close(Q2).ended] == [ending]


def test_a_unit_goes_up_for_its_many_reds(ruled, division):
    indicators = measured(division, 3)
    for each in indicators[:2]:
        submit(each, Q1, "R")
    assert not UnitClosePreview.objects.exclude(follows=[]).exists()
    submit(indicators[2], Q1, "R")
    row = UnitClosePreview.objects.get(unit=division)
    assert row.goes_up
    (opens,) = row.consequences
    assert opens.sentence.endswith(
        "red in Q1 2011/12: the unit goes to PAT at the close, by clause 4.9"
    )
    submit(indicators[0], Q1, "G")
    assert not UnitClosePreview.objects.get(unit=division).goes_up


# When it is worked out, and how much of it ----------------------------------------------------------


@pytest.fixture
def open_one(ruled, division):
    """Two indicators red in a closed quarter, and the next quarter open, with a green result of one."""
    indicators = measured(division, 2)
    for each in indicators:
        submit(each, Q1, "R")
    close(Q1)
    submit(indicators[1], Q2, "G")
    return indicators


def test_one_result_touches_what_it_must_and_no_more(ruled, monkeypatch):
    here, there = (UnitFactory(tier=UnitTier.DIVISION, parent=UnitFactory()) for _ in range(2))
    own, beside, others = measured(here), measured(here, 3), measured(there, 5)
    submit(others[0], Q1, "G")  # the first result of a quarter works out everything
    assert ClosePreview.objects.count() == 9
    looked_at = []
    monkeypatch.setattr(
        "escalation.services.close_previews.work_out_close_previews",
        lambda quarter, touched, *, rules_of: (
            looked_at.append(("indicators", touched))
            or work_out_close_previews(quarter, touched, rules_of=rules_of)
        ),
    )
    monkeypatch.setattr(
        "escalation.services.close_previews.work_out_unit_previews",
        lambda quarter, touched, rules_of: (
            looked_at.append(
                ("units", set(found := work_out_unit_previews(quarter, touched, rules_of)))
            )
            or found
        ),
    )
    before = dict(ClosePreview.objects.values_list("indicator", "worked_out_at"))

    submit(own[0], Q1, "R")

    assert looked_at == [("indicators", {own[0].pk}), ("units", {here.pk})]
    after = dict(ClosePreview.objects.values_list("indicator", "worked_out_at"))
    assert {pk for pk in after if after[pk] != before[pk]} == {own[0].pk}
    assert {each.pk for each in beside} <= set(after)


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        ("a result", ["Second red running: goes to PAT at the close, by clause 4.1"]),
        ("another target", []),
        ("suspended", []),
        ("awaited", []),
        ("awaited no more", ["If no result comes"]),
        ("the quarter before revised", []),
        ("referred up by hand", ["If no result comes: stays at Cabinet"]),
    ],
)
def test_it_follows_whatever_changes_what_the_close_would_do(open_one, act, expected):
    indicator, _ = open_one
    officer = holder(PostKind.PERFORMANCE_OFFICER)

    def result():
        submit_result(indicator=indicator, quarter=Q2, given=value_of("R"), today=TODAY, by=officer)

    def waits():
        return say_awaited(
            indicator=indicator,
            quarter=Q2,
            publisher="ONS",
            until=date(2012, 3, 1),
            today=localdate(),
            by=officer,
        )[0]

    acts = {
        "a result": result,
        "another target": lambda: (
            result(),
            set_target(
                indicator=indicator,
                from_quarter=Q2,
                target=Decimal(60),
                floor=Decimal(50),
                reason="Less was asked",
                approved_by="Cabinet",
                by=officer,
            ),
        ),
        "suspended": lambda: suspend_indicator(
            indicator=indicator,
            from_quarter=Q2,
            until_quarter=None,
            reason="The depot moves",
            approved_by="Cabinet",
            by=officer,
        ),
        "awaited": waits,
        "awaited no more": lambda: take_back_awaited(awaited=waits(), by=officer),
        "the quarter before revised": lambda: revise_result(
            indicator=indicator,
            quarter=Q1,
            given=value_of("G"),
            reason="A late count",
            by=officer,
        ),
        "referred up by hand": lambda: refer_up(
            escalation=Escalation.objects.get(indicator=indicator),
            words="It needs money",
            level=Level.CABINET,
            why_past="PAT has no money",
            handled_on=localdate(),
            today=localdate(),
            by=officer,
        ),
    }
    acts_on = acts[act]
    with TestCase.captureOnCommitCallbacks(execute=True):
        acts_on()

    kept = stands(indicator)
    update_all_close_previews(by=None)
    again = stands(indicator)
    assert [getattr(kept, name) for name in ClosePreview.COMPARED] == [
        getattr(again, name) for name in ClosePreview.COMPARED
    ]
    assert kept.worked_out_at == again.worked_out_at
    for sentence in expected:
        assert any(each.startswith(sentence) for each in sentences(indicator))
    if not expected:
        assert not any("goes to" in each for each in sentences(indicator))


def test_the_hourly_round_finds_what_differs_says_so_on_record_and_run_again_changes_nothing(
    open_one,
):
    ClosePreview.objects.filter(indicator=open_one[0]).update(follows=[], rag="green", not_rated="")
    assert update_by_the_hour() == 1
    assert update_by_the_hour() == 0
    event = AuditEvent.objects.get(act="worked out what its close would do")
    assert event.detail == {"indicators": 1, "units": 0}


def test_nothing_is_worked_out_while_no_quarter_is_open_or_ruled_or_the_one_before_is_not_closed(
    db,
):
    indicator = TargetFactory().indicator
    assert quarter_previewed() is None
    assert not update_close_previews(indicators=[indicator.pk]).looked_at
    open_quarter(quarter=Q1, today=TODAY, by=None)
    assert not update_all_close_previews(by=None).looked_at  # no version of the SORP rules it
    assert not update_close_previews(indicators=[indicator.pk]).looked_at
    version_of(*RULES)
    submit(indicator, Q1, "R")
    close(Q1)
    open_quarter(quarter=Q3, today=TODAY, by=None)  # and Q2 was never reported
    assert quarter_previewed() is None


def test_of_two_open_quarters_the_earlier_is_looked_ahead_to_and_the_next_once_it_is_closed(
    ruled, division
):
    (indicator,) = measured(division)
    submit(indicator, Q1, "R")
    submit(indicator, Q2, "R")
    assert stands(indicator).quarter == Q1
    close(Q1)
    assert stands(indicator).quarter == Q2
    assert sentences(indicator)[0].startswith("Second red running: goes to PAT")


def test_a_quarter_of_history_is_not_looked_ahead_to(ruled, division):
    (indicator,) = measured(division)
    long_ago = Quarter(2010, 3)
    for quarter in (long_ago, Q2):
        followed_up(
            submit_result,
            indicator=indicator,
            quarter=quarter,
            given=value_of("R"),
            today=TODAY,
            by=None,
        )
    assert quarter_previewed() is None
    assert not ClosePreview.objects.exists()
    ReportingQuarter.objects.filter(quarter=long_ago).update(begun_at=now())
    assert quarter_previewed() == long_ago


def test_dropping_leaves_nothing_of_a_quarter(open_one):
    drop_close_previews(quarter=Q2)
    assert not ClosePreview.objects.exists()
    assert not UnitClosePreview.objects.exists()


@pytest.mark.both_databases
def test_the_database_holds_one_preview_of_an_indicator_in_a_quarter(open_one):
    indicator, _ = open_one
    with pytest.raises(IntegrityError), transaction.atomic():
        ClosePreview.objects.create(indicator=indicator, quarter=Q2)
    with pytest.raises(IntegrityError), transaction.atomic():
        ClosePreview.objects.create(
            indicator=indicator, quarter=Q3, rag=Rag.RED, not_rated=NotRated.NO_RESULT
        )


@pytest.mark.parametrize("which", ["all", "one of many"])
def test_the_queries_are_as_many_for_twenty_as_for_one(ruled, division, which):
    def counted(indicators):
        with CaptureQueriesContext(
            connection,
        ) as queries_made:
            assert work_out_close_previews(Q1, indicators)
            work_out_unit_previews(Q1, indicators)
        return len(queries_made)

    first = measured(division)[0]
    submit(first, Q1, "R")
    of_one = counted([first.pk])
    more = measured(division, 19)
    for each in more:
        submit(each, Q1, "R")
    wanted = None if which == "all" else [first.pk]
    if which == "all":
        assert counted([first.pk, *(each.pk for each in more)]) == of_one
    assert counted(wanted) <= of_one


def test_counts_are_of_each_indicator_once_at_the_highest_level():
    opens_at = [
        Consequence(CloseAct.OPENS, level, "key", "It goes")
        for level in (Level.DIRECTORATE, Level.PAT)
    ]
    recovers = Consequence(CloseAct.RECOVERS, Level.PAT, "key", "It leaves")
    stays = Consequence(CloseAct.STANDS, Level.PAT, "key", "It stays")
    counts = counts_of_previews(
        [
            (False, opens_at),
            (False, [opens_at[1], stays]),
            (False, [recovers]),
            (False, [stays]),
            (False, []),
            (True, []),
            (True, [opens_at[0]]),
        ],
        units=1,
    )
    assert counts.line == (
        "2 to PAT, 1 unit for many poor results, 1 recovers, 1 stays up, 2 missing"
        " (if none comes: 1 to the directorate)"
    )
    assert counts.indicators == 7
    assert not counts.is_quiet
    assert counts_of_previews([(False, [])]).line == "Nothing would be referred up"
    assert counts_of_previews([]).is_quiet
