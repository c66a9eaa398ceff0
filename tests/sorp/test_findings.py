"""How far the SORP is kept: what a count says, and how findings are written down."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.models.audit import AuditEvent
from core.quarters import Quarter
from organisation.rules import PostKind
from sorp.defaults import CLAUSES
from sorp.models.findings import Finding
from sorp.rules.checks import Check, CheckResult, Lapse, Overall, Tally, TallyState, total
from sorp.services.findings import record_findings
from tests.factories import Q1, UnitFactory, holder

ON_TIME = Check.RETURNS_ON_TIME


@pytest.mark.parametrize(
    ("looked_at", "kept", "sentence", "per_cent", "state"),
    [
        (9, 7, "7 of 9 kept", 78, TallyState.NOT_IN_FULL),
        (69, 68, "68 of 69 kept", 99, TallyState.NOT_IN_FULL),
        (1000, 1, "1 of 1000 kept", 1, TallyState.NOT_IN_FULL),
        (9, 9, "9 of 9 kept", 100, TallyState.IN_FULL),
        (9, 0, "0 of 9 kept", 0, TallyState.NOT_IN_FULL),
        (1000, 999, "999 of 1000 kept", 99, TallyState.NOT_IN_FULL),
        (0, 0, "Nothing to check", None, TallyState.NOTHING),
    ],
)
def test_a_count_says_how_far_a_requirement_was_kept(looked_at, kept, sentence, per_cent, state):
    tally = Tally(looked_at, kept)

    assert (tally.sentence, tally.per_cent, tally.state) == (sentence, per_cent, state)
    assert tally.is_full is (state is TallyState.IN_FULL)


def test_where_nothing_was_due_nothing_is_said_to_be_kept():
    assert Tally().per_cent is None
    assert not Tally().is_full
    assert Overall.of([Tally(), Tally()]).sentence == "Nothing to check"


def test_no_more_can_keep_to_a_requirement_than_were_looked_at():
    with pytest.raises(ValueError, match="No more can keep"):
        Tally(3, 4)


@pytest.mark.parametrize(
    ("tallies", "sentence"),
    [
        ([(2, 2), (3, 1), (0, 0)], "1 of 2 in full"),
        ([(2, 2), (1, 1)], "2 of 2 in full"),
        ([(2, 0)], "0 of 1 in full"),
    ],
)
def test_requirements_with_nothing_to_look_at_are_not_counted(tallies, sentence):
    assert Overall.of(Tally(*each) for each in tallies).sentence == sentence


counts = st.integers(0, 500).flatmap(
    lambda looked_at: st.builds(Tally, st.just(looked_at), st.integers(0, looked_at))
)


@given(st.lists(counts))
def test_a_hundred_per_cent_is_said_of_all_alone_and_sums_hold_up_the_tree(tallies):
    whole = total(tallies)

    assert whole.looked_at == sum(each.looked_at for each in tallies)
    assert whole.lapses == sum(each.lapses for each in tallies)
    assert (whole.per_cent == 100) is (whole.looked_at > 0 and whole.lapses == 0)
    assert (whole.per_cent is None) is (whole.looked_at == 0)


def test_the_default_sorp_asks_for_every_check_once():
    named = sorted(each.check_made for each in CLAUSES if each.check_made)

    assert named == sorted(Check)
    assert all(each.consequence and each.responsible for each in CLAUSES if each.check_made)


# Written down


@pytest.fixture
def unit(db):
    return UnitFactory()


@pytest.fixture
def recorded(sorp_in_force):
    def record(*findings, quarter=Q1, by=None):
        return record_findings(version=sorp_in_force, quarter=quarter, findings=findings, by=by)

    return record


def found(unit, looked_at=3, lapsed=(), check=ON_TIME, clause="5.1"):
    return CheckResult(
        check, clause, unit.pk, looked_at, tuple(Lapse(each, "late") for each in lapsed)
    )


def latest():
    return Finding.objects.get(is_latest=True)


def test_findings_are_recorded_against_the_clause_and_by_whom(unit, recorded, sorp_in_force):
    officer = holder(PostKind.PERFORMANCE_OFFICER)

    told = recorded(found(unit, 3, ["B-2", "A-1"]), by=officer)

    row = latest()
    assert (row.version, row.clause, row.check_made) == (sorp_in_force, "5.1", "returns_on_time")
    assert (row.unit, row.quarter, row.looked_at, row.kept, row.number) == (unit, Q1, 3, 1, 1)
    assert [each["reference"] for each in row.detail] == ["A-1", "B-2"]
    assert told.sentence == "Q1 2011/12: 1 finding recorded."
    event = AuditEvent.objects.get(act="recorded SORP compliance")
    assert (event.actor, event.detail["quarter"]) == (officer, "2011-Q1")


def test_the_same_again_changes_nothing_and_says_so(unit, recorded):
    recorded(found(unit, 3, ["A-1", "B-2"]))

    told = recorded(found(unit, 3, ["B-2", "A-1"]))

    assert not told.changed
    assert told.same == 1
    assert told.sentence == "Q1 2011/12: nothing is different from what was found before."
    assert Finding.objects.count() == 1
    assert AuditEvent.objects.filter(act="recorded SORP compliance").count() == 1


def test_what_is_different_is_found_anew_and_what_was_found_before_is_kept(unit, recorded):
    recorded(found(unit, 3, ["A-1", "B-2"]))

    told = recorded(found(unit, 3, ["A-1"]))

    assert told.sentence == "Q1 2011/12: 1 finding found again."
    rows = Finding.objects.order_by("number").values_list("number", "kept", "is_latest")
    assert list(rows) == [(1, 1, False), (2, 2, True)]


def test_what_has_nothing_to_look_at_any_more_is_found_to_have_nothing(unit, recorded):
    recorded(found(unit, 3))

    assert recorded().anew == 1
    assert (latest().looked_at, latest().kept, latest().clause) == (0, 0, "5.1")
    assert not recorded().changed


def test_of_checks_that_were_not_made_what_was_found_stands(unit, sorp_in_force, recorded):
    recorded(found(unit), found(unit, check=Check.POSTS_FILLED, clause="2.1"))

    told = record_findings(
        version=sorp_in_force, quarter=Q1, findings=[], by=None, checks={Check.RETURNS_ON_TIME}
    )

    assert (told.anew, told.first) == (1, 0)
    kept = Finding.objects.get(check_made="posts_filled")
    assert (kept.is_latest, kept.looked_at) == (True, 3)


def test_nothing_to_look_at_is_not_written_down(unit, recorded):
    assert not recorded(found(unit, 0)).changed
    assert not Finding.objects.exists()


def test_each_quarter_check_and_unit_has_a_finding_of_its_own(unit, recorded):
    other = UnitFactory()
    first = [found(unit), found(other), found(unit, check=Check.SIGNED_OFF, clause="6.1")]

    assert recorded(*first).first == 3
    assert recorded(*first, quarter=Quarter(2011, 2)).first == 3
    assert Finding.objects.filter(is_latest=True).count() == 6


def test_by_another_version_it_is_found_anew(unit, recorded, sorp_in_force):
    """An approved version's clause is what the finding stands against."""
    recorded(found(unit))

    assert recorded(found(unit, clause="5.9")).anew == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_at_once_record_one_after_the_other(at_once):
    from sorp.services.seeding import seed_default_statement

    version, _ = seed_default_statement(
        from_quarter=Quarter(2010, 1), approved_on=date(2010, 4, 1), by=None
    )
    unit = UnitFactory()

    told = at_once(
        lambda: record_findings(version=version, quarter=Q1, findings=[found(unit)], by=None)
    )

    assert sum(each.first for each in told) == 1
    assert Finding.objects.count() == 1
