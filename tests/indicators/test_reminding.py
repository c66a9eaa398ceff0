"""Reminders: who hears of what on which working day, each once, in words."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from core.models.audit import AuditEvent
from core.models.notices import Notice
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from indicators import tasks
from indicators.models.calendar import CalendarDay
from indicators.models.results import Result, Revision
from indicators.rules.reminders import (
    OutstandingResult,
    Referral,
    entry_message,
    last_reminder,
    missing_message,
    sign_off_message,
)
from indicators.rules.returns import ResultState
from indicators.services import reminders
from indicators.services.definitions import suspend_indicator
from indicators.services.reminders import remind
from kcc_perf.scheduler import run_due
from organisation.rules import PostKind, UnitTier
from sorp.defaults import CALENDAR
from sorp.lexicon import CountedFrom, Frequency, Level, Step, Tier
from sorp.models.statement import Version
from sorp.rules.calendar import DayRule, Reminder, month_due_on
from tests.factories import IndicatorFactory, RevisionFactory, UnitFactory, UserFactory, holder
from tests.indicators.factories import MonthlyFigureFactory
from tests.sorp.versions import version_like

Q1 = Quarter(2011, 1)
THURSDAY = date(2011, 7, 21)  # no bank holiday is near
EVERY_THIRD = (Reminder("before", 5), Reminder("before", 1), Reminder("after", 1, 3))


# The rule


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        ("2011-07-13", None),
        ("2011-07-14", "2011-07-14"),  # five working days before
        ("2011-07-19", "2011-07-14"),
        ("2011-07-20", "2011-07-20"),  # one
        ("2011-07-21", "2011-07-20"),  # the day itself
        ("2011-07-22", "2011-07-22"),  # the day after
        ("2011-07-26", "2011-07-22"),
        ("2011-07-27", "2011-07-27"),  # then every three
        ("2011-08-01", "2011-08-01"),
        ("2011-08-30", "2011-08-25"),  # the 29th is a bank holiday
        ("2011-08-31", "2011-08-31"),
    ],
)
def test_the_last_reminder_up_to_a_day(today, expected):
    found = last_reminder(EVERY_THIRD, due_on=THURSDAY, today=date.fromisoformat(today))

    assert found == (date.fromisoformat(expected) if expected else None)


def test_a_reminder_from_before_says_nothing_once_the_day_is_past():
    assert last_reminder([Reminder("before", 1)], due_on=THURSDAY, today=date(2011, 7, 22)) is None


def test_a_reminder_without_repeats_comes_once():
    for today in (date(2011, 7, 22), date(2011, 9, 22)):
        found = last_reminder([Reminder("after", 1)], due_on=THURSDAY, today=today)
        assert found == date(2011, 7, 22)


@pytest.mark.parametrize(
    ("reminder", "words"),
    [
        (Reminder("before", 1), "1 working day before it is due"),
        (
            Reminder("after", 2, 3),
            "2 working days after it was due, then every 3 working days until it is done",
        ),
    ],
)
def test_a_reminder_in_words(reminder, words):
    assert reminder.in_words == words


# The words


def outstanding(reference="HT-01", *, due_on=THURSDAY, name="A. Manager", quarter=Q1, note=""):
    return OutstandingResult(
        reference, f"Title of {reference}", quarter, due_on, Tier.CORPORATE, name, note
    )


REFERRALS = [
    Referral(1, 1, Level.DIRECTORATE, "4.7", frozenset(Tier)),
    Referral(2, 2, Level.PAT, "4.3", frozenset(Tier)),
    Referral(1, 1, Level.DIVISION, "9", frozenset({Tier.TEAM})),
]


def test_one_message_groups_what_is_due_on_one_day():
    three = [outstanding(f"HT-0{number}") for number in (1, 2, 3)]

    told = entry_message(three, REFERRALS, today=date(2011, 7, 14), reader="A. Manager")

    assert told.subject == "3 results are due on Thursday 21 July 2011: HT-01, HT-02, HT-03"
    assert told.body.splitlines()[:2] == [
        "3 results for Q1 2011/12 are due on Thursday 21 July 2011:",
        "  HT-01 Title of HT-01",
    ]
    assert "SORP" not in told.body
    assert not told.is_overdue


def test_what_is_overdue_comes_first_and_says_where_it_will_be_referred():
    two = [outstanding("HT-01", due_on=date(2011, 7, 14)), outstanding("HT-02")]

    told = entry_message(two, REFERRALS, today=date(2011, 7, 15), reader="A. Manager")

    assert told.subject == "Overdue: 1 result was due on Thursday 14 July 2011: HT-01"
    assert "1 result for Q1 2011/12 was due on Thursday 14 July 2011:" in told.body
    assert "1 result for Q1 2011/12 is due on Thursday 21 July 2011:" in told.body
    assert told.body.endswith(
        "A result still missing when the quarter is closed is referred to the Directorate"
        " management team (SORP, 4.7). One missing for 2 quarters running is referred to the"
        " Performance Assurance Team (SORP, 4.3)."
    )
    assert told.is_overdue


def test_a_deputy_reads_for_whom_and_a_returned_result_says_so():
    told = entry_message(
        [outstanding(note="returned: correct it")], [], today=date(2011, 7, 14), reader="A. Deputy"
    )

    assert "  HT-01 Title of HT-01 (returned: correct it), for A. Manager" in told.body


def test_a_subject_names_five_and_counts_the_rest():
    seven = [outstanding(f"HT-0{number}") for number in range(1, 8)]

    told = entry_message(seven, [], today=date(2011, 7, 14), reader="A. Manager")

    assert told.subject.endswith("HT-01, HT-02, HT-03, HT-04, HT-05 and 2 more")
    assert told.body.count("Title of") == 7


def test_a_director_reads_who_has_not_submitted_by_name():
    late = [outstanding("HT-02", name="Z."), outstanding("HT-01", name="A.")]

    told = missing_message(late, REFERRALS, today=date(2011, 7, 22))

    assert told.subject == ("2 managers have not submitted 2 results due on Thursday 21 July 2011")
    assert told.body.index("A.:") < told.body.index("HT-01") < told.body.index("Z.:")
    assert "(SORP, 4.7)" in told.body


def test_a_director_reads_what_waits_to_be_signed_off():
    told = sign_off_message([outstanding()], today=date(2011, 7, 22))

    assert (
        told.subject == "Overdue: 1 result was due to be signed off on Thursday 21 July 2011: HT-01"
    )
    assert told.is_overdue


# Over a cycle


@pytest.fixture
def cycle(sorp_in_force):
    """Q1 2011/12 under way: entry by Thursday 21 July, division by the 28th, directorate 2 August."""
    days = {Step.ENTRY: THURSDAY, Step.DIVISION: date(2011, 7, 28)}
    begun(Q1, days | {Step.DIRECTORATE: date(2011, 8, 2)})


def begun(quarter, days):
    ReportingQuarter.objects.create(
        quarter=quarter, begun_at=timezone.now(), cabinet_meets_on=date(2011, 9, 12)
    )
    for step, day in days.items():
        CalendarDay.objects.create(quarter=quarter, step=step, due_on=day)


@pytest.fixture
def division(cycle):
    """A division with a director and a deputy, in a directorate with a director."""
    directorate = UnitFactory(name="Places")
    holder(PostKind.DIRECTOR, unit=directorate, email="above@council.example")
    division = UnitFactory(parent=directorate, tier=UnitTier.DIVISION, name="Highways")
    holder(PostKind.DIRECTOR, unit=division, email="director@council.example")
    holder(PostKind.DEPUTY, unit=division, email="deputy@council.example")
    return division


def owned(division, reference="HT-01", **fields):
    """An indicator of the division, answered for by one manager."""
    manager = fields.pop("accountable_manager", None) or manager_of(division)
    return IndicatorFactory(
        reference=reference, unit=division, accountable_manager=manager, **fields
    )


def manager_of(division):
    from organisation.models.people import User

    found = User.objects.filter(email="manager@council.example").first()
    return found or holder(
        PostKind.ACCOUNTABLE_MANAGER, unit=division, email="manager@council.example"
    )


def walk(since, until):
    """Each working day of a stretch, with the first words of what each person is newly owed."""
    heard, day = {}, since
    while day <= until:
        with time_machine.travel(f"{day} 08:00 +0100", tick=False):
            before = set(Notice.objects.values_list("pk", flat=True))
            owed = remind(today=day)
            assert remind(today=day) == 0, "the second run owes nothing"
            new = Notice.objects.exclude(pk__in=before).select_related("recipient")
            assert owed == len(new)
            for notice in new:
                who = notice.recipient.email.split("@")[0]
                heard.setdefault(day.isoformat()[5:], {})[who] = notice.kind
        day += timedelta(days=1)
    return heard


LATE = {"manager": "overdue", "deputy": "overdue"}


@pytest.mark.django_db
def test_a_cycle_in_which_nobody_submits(division):
    owned(division)

    heard = walk(date(2011, 7, 1), date(2011, 8, 2))

    assert heard == {
        "07-14": {"manager": "reminder", "deputy": "reminder"},
        "07-20": {"manager": "reminder", "deputy": "reminder"},
        "07-22": LATE | {"director": "overdue", "above": "overdue"},
        "07-27": LATE,
        "08-01": LATE,
    }
    assert AuditEvent.objects.filter(act="reminded").count() == Notice.objects.count()


@pytest.mark.django_db
def test_a_cycle_in_which_it_is_submitted_late_and_never_signed_off(division):
    indicator = owned(division)
    walk(date(2011, 7, 1), date(2011, 7, 22))
    result = RevisionFactory(result__indicator=indicator, result__quarter=Q1).result

    at_division = walk(date(2011, 7, 23), date(2011, 7, 29))
    result.state = ResultState.DIVISION_APPROVED
    result.save()
    at_directorate = walk(date(2011, 7, 30), date(2011, 8, 8))
    result.state = ResultState.APPROVED
    result.save()

    assert at_division == {"07-27": {"director": "reminder"}, "07-29": {"director": "overdue"}}
    assert at_directorate == {
        "08-01": {"above": "reminder"},
        "08-03": {"above": "overdue"},
        "08-08": {"above": "overdue"},
    }
    assert walk(date(2011, 8, 9), date(2011, 8, 19)) == {}


@pytest.mark.django_db
def test_a_returned_result_is_asked_for_again(division):
    indicator = owned(division)
    Result.objects.filter(
        pk=RevisionFactory(result__indicator=indicator, result__quarter=Q1).result_id
    ).update(state=ResultState.RETURNED)

    heard = walk(date(2011, 7, 14), date(2011, 7, 14))

    assert heard == {"07-14": {"manager": "reminder", "deputy": "reminder"}}
    assert "(returned: correct it)" in Notice.objects.first().body


@pytest.mark.django_db
def test_three_results_are_one_notice(division):
    for number in (1, 2, 3):
        owned(division, f"HT-0{number}")

    remind(today=date(2011, 7, 14))

    told = Notice.objects.get(recipient__email="manager@council.example")
    assert told.subject == "3 results are due on Thursday 21 July 2011: HT-01, HT-02, HT-03"
    assert told.address == "/returns/2011-Q1/"


@pytest.mark.django_db
def test_a_person_hears_once_a_day_of_a_kind_whatever_tiers_and_quarters_it_is_of(division):
    """Two tiers and two quarters come due on different days; each day has one notice at most."""
    begun(Quarter(2010, 4), {Step.ENTRY: date(2011, 7, 19)})
    CalendarDay.objects.create(
        quarter=Q1, step=Step.ENTRY, tier=Tier.DIVISION, due_on=date(2011, 7, 19)
    )
    owned(division, "HT-01")
    owned(division, "HT-02", tier=Tier.DIVISION)

    walk(date(2011, 7, 1), date(2011, 8, 31))

    keys = Notice.objects.values_list("key", "recipient__email")
    days = [(key.rsplit(":", 1)[1], key.split(":")[1:3], who) for key, who in keys]
    assert len(days) == len({str(each) for each in days})
    told = Notice.objects.get(
        key__contains=":entry:those_due:",
        key__endswith="2011-07-20",
        recipient__email="manager@council.example",
    )
    for words in [
        "2 results for Q4 2010/11 were due on Tuesday 19 July 2011",
        "1 result for Q1 2011/12 was due on Tuesday 19 July 2011",
        "1 result for Q1 2011/12 is due on Thursday 21 July 2011",
    ]:
        assert words in told.body, words


@pytest.mark.django_db
def test_a_day_that_was_missed_is_caught_up_with_once(division):
    owned(division)

    assert walk(date(2011, 7, 18), date(2011, 7, 19)) == {
        "07-18": {"manager": "reminder", "deputy": "reminder"}
    }
    # Down from the 20th until the 29th: one notice, not three.
    heard = walk(date(2011, 7, 29), date(2011, 8, 1))
    assert heard == {
        "07-29": LATE | {"director": "overdue", "above": "overdue"},
        "08-01": LATE,
    }


@pytest.mark.django_db
@pytest.mark.parametrize("today", [date(2011, 7, 16), date(2011, 7, 17), date(2011, 8, 29)])
def test_nobody_is_written_to_on_a_day_on_which_nobody_works(division, today):
    owned(division)

    assert remind(today=today) == 0


def not_begun(indicator):
    ReportingQuarter.objects.update(begun_at=None)


def closed(indicator):
    ReportingQuarter.objects.update(state=ReportingQuarter.State.CLOSED, closed_at=timezone.now())


def submitted(indicator):
    RevisionFactory(result__indicator=indicator, result__quarter=Q1)
    Result.objects.update(state=ResultState.APPROVED)


def suspended(indicator):
    suspend_indicator(
        indicator=indicator,
        from_quarter=Q1,
        until_quarter=Q1,
        reason="Moved",
        approved_by="X",
        by=None,
    )


def not_due(indicator):
    indicator.frequency = Frequency.ANNUAL
    indicator.save()


def without_a_day(indicator):
    CalendarDay.objects.all().delete()


def without_rules(indicator):
    """A version in force cannot be changed: another, without reminders, rules from the quarter."""
    version_like(
        Version.objects.get(),
        from_quarter=Q1,
        change=lambda new: new.reminder_rules.all().delete(),
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "make", [not_begun, closed, submitted, suspended, not_due, without_a_day, without_rules]
)
def test_nobody_is_reminded_of_what_is(division, make):
    indicator = owned(division)
    assert last_reminder(EVERY_THIRD, due_on=THURSDAY, today=date(2011, 7, 22))

    make(indicator)

    assert remind(today=date(2011, 7, 22)) == 0


@pytest.mark.django_db
def test_a_manager_who_left_is_not_written_to_and_the_deputy_is(division):
    manager = owned(division).accountable_manager
    manager.is_active = False
    manager.save()

    assert walk(date(2011, 7, 14), date(2011, 7, 14)) == {"07-14": {"deputy": "reminder"}}


@pytest.mark.django_db
def test_a_director_does_not_hear_of_what_they_submitted_themselves(division):
    director = UserFactory._meta.model.objects.get(email="director@council.example")
    indicator = owned(division)
    RevisionFactory(result__indicator=indicator, result__quarter=Q1, submitted_by=director)

    heard = walk(date(2011, 7, 25), date(2011, 8, 1))

    assert {who for day in heard.values() for who in day} == {"above"}


@pytest.mark.django_db
def test_the_offsets_are_the_sorp_s_to_set(division, sorp_in_force):
    owned(division)

    def change(new):
        new.reminder_rules.filter(audience="director").delete()
        new.reminder_rules.filter(side="before", working_days=5).update(working_days=3)
        new.reminder_rules.filter(side="after", step="entry").update(then_every=10)

    version_like(sorp_in_force, from_quarter=Q1, change=change)

    assert list(walk(date(2011, 7, 1), date(2011, 8, 3))) == ["07-18", "07-20", "07-22"]


@pytest.mark.django_db
@pytest.mark.parametrize("how_many", [1, 20])
def test_what_remind_reads_does_not_grow_with_the_indicators(
    division, how_many, django_assert_max_num_queries
):
    for number in range(how_many):
        owned(division, f"HT-{number:02}")
        RevisionFactory(result__indicator=owned(division, f"RS-{number:02}"), result__quarter=Q1)

    with django_assert_max_num_queries(45):  # a notice to each of two people among them
        assert remind(today=date(2011, 7, 14)) == 2


@pytest.mark.django_db
def test_overdue_results_reach_the_directors_as_one_digest(division):
    owned(division, "HT-01")
    owned(division, "HT-02", accountable_manager=holder(PostKind.ACCOUNTABLE_MANAGER, name="Zed"))

    remind(today=date(2011, 7, 22))

    for who in ("director", "above"):
        told = Notice.objects.get(recipient__email=f"{who}@council.example")
        assert told.subject.startswith("2 managers have not submitted 2 results")
        assert "Zed:\n  HT-02" in told.body
        assert "referred to the Directorate management team (SORP, 4.7)" in told.body


# Months


def monthly(division, reference="MO-01", **fields):
    return owned(
        division,
        reference,
        **{"frequency": "monthly", "basis": "month", "made_of_months": "mean", **fields},
    )


@pytest.mark.parametrize(
    ("tier", "day"),
    [
        ("division", "2011-05-16"),  # ten working days after 30 April: the 2nd is a bank holiday
        ("corporate", "2011-05-18"),  # twelve
    ],
)
def test_a_month_is_due_as_long_after_it_as_a_result_is_after_its_quarter(tier, day):
    rules = [
        DayRule(Step(each.step), each.tier, each.counted_from, each.working_days)
        for each in CALENDAR
    ]

    assert month_due_on(date(2011, 4, 30), rules, Tier(tier)) == date.fromisoformat(day)


def test_where_results_are_due_by_cabinets_meeting_no_day_is_set_for_a_month():
    rules = [DayRule(Step.ENTRY, None, CountedFrom.CABINET, 40)]

    assert month_due_on(date(2011, 4, 30), rules, Tier.DIVISION) is None


@pytest.mark.django_db
def test_months_that_nobody_gives_are_asked_for_by_the_rules_of_results(division):
    """April is due on 16 May, May on 14 June; June is asked for with the return of its quarter."""
    monthly(division, tier="division")

    heard = walk(date(2011, 5, 3), date(2011, 6, 30))

    assert list(heard) == [
        *("05-09", "05-13", "05-17", "05-20", "05-25", "05-31", "06-03", "06-07", "06-08"),
        *("06-13", "06-15", "06-16", "06-20", "06-21", "06-23", "06-24", "06-28", "06-29"),
    ]
    assert heard["05-09"] == {"manager": "reminder", "deputy": "reminder"}
    assert heard["05-17"] == LATE | {"director": "overdue", "above": "overdue"}


@pytest.mark.django_db
def test_what_is_said_of_a_missing_month_names_it_and_refers_nobody(division):
    indicator = monthly(division, tier="division")
    owned(division)

    with time_machine.travel("2011-05-18 08:00 +0100", tick=False):
        assert remind(today=date(2011, 5, 18)) == 4

    told = Notice.objects.get(recipient__email="manager@council.example")
    assert told.subject == "Overdue: 1 result was due on Monday 16 May 2011: MO-01"
    assert told.body == (
        f"1 result for April 2011 was due on Monday 16 May 2011:\n  MO-01 {indicator.title}"
    )
    assert told.address == reverse("my_return", args=[Q1.key])
    above = Notice.objects.get(recipient__email="above@council.example")
    assert above.body == (
        "Not submitted, by accountable manager.\n\n"
        f"{indicator.accountable_manager.name}:\n  MO-01 {indicator.title}, April 2011"
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "settle",
    [
        lambda indicator: MonthlyFigureFactory(indicator=indicator),
        lambda indicator: MonthlyFigureFactory(
            indicator=indicator, value=None, not_available="The system was down"
        ),
        lambda indicator: suspend_indicator(
            indicator=indicator,
            from_quarter=Q1,
            until_quarter=Q1,
            reason="Agreed",
            approved_by="Director",
            by=None,
        ),
        lambda indicator: type(indicator).objects.update(first_quarter=Q1.next()),
        lambda indicator: type(indicator).objects.update(last_quarter=Q1.previous()),
    ],
)
def test_nobody_is_reminded_of_a_month_that_was_given_or_is_not_measured(division, settle):
    settle(monthly(division, tier="division"))

    with time_machine.travel("2011-05-18 08:00 +0100", tick=False):
        assert remind(today=date(2011, 5, 18)) == 0


@pytest.mark.django_db
@pytest.mark.parametrize("how_many", [1, 20])
def test_what_is_read_to_remind_of_months_does_not_grow_with_the_indicators(
    division, how_many, django_assert_max_num_queries
):
    for number in range(how_many):
        monthly(division, f"MO-{number:02}", tier="division")

    with (
        time_machine.travel("2011-05-10 08:00 +0100", tick=False),
        django_assert_max_num_queries(45),
    ):
        assert remind(today=date(2011, 5, 10)) == 2


# The doors


@pytest.mark.django_db
def test_the_sorp_s_page_says_who_is_reminded_and_when(client, sorp_in_force):
    client.force_login(holder(PostKind.STAFF))

    told = client.get(reverse("sorp_part", args=["reminders"])).content.decode()

    places = [
        told.index(words)
        for words in (
            "Who is reminded, and when",
            "5 working days before it is due",
            "1 working day after it was due, then every 3 working days until it is done",
            "The directors above them",
        )
    ]
    assert len(set(places)) == 4


@pytest.mark.django_db
def test_the_task_and_the_command_remind_and_a_second_time_do_not(division, capsys):
    owned(division)
    with time_machine.travel("2011-07-14 08:00 +0100", tick=False):
        call_command("remind", "--dry-run")
        assert not Notice.objects.exists()
        assert "2 reminders would be owed." in (said := capsys.readouterr().out)
        assert "manager@council.example: 1 result is due on Thursday 21 July 2011" in said

        assert tasks.remind() == 2
        assert tasks.remind() == 0
        call_command("remind")
        assert capsys.readouterr().out == "0 reminders are owed.\n"


@pytest.mark.django_db
def test_the_rounds_remind_from_seven_on_and_send_it(division):
    owned(division)
    with time_machine.travel("2011-07-14 06:59 +0100", tick=False):
        run_due()
        assert not Notice.objects.exists()
    with time_machine.travel("2011-07-14 07:00 +0100", tick=False):
        assert run_due().notices == 2
        assert run_due().notices == 0
    assert {message.to[0] for message in mail.outbox} == {
        "manager@council.example",
        "deputy@council.example",
    }


@pytest.mark.django_db
def test_rounds_try_again_where_reminding_failed(division, monkeypatch, caplog):
    owned(division)
    with time_machine.travel("2011-07-14 07:00 +0100", tick=False):
        with monkeypatch.context() as broken:
            broken.setattr("indicators.tasks.reminders.remind", lambda *, today: 1 / 0)
            run_due()
        assert "the next round tries again" in caplog.text
        assert run_due().notices == 2


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_six_clocks_at_once_remind_once(division, at_once):
    owned(division)

    owed = at_once(lambda: reminders.remind(today=date(2011, 7, 14)))

    assert sorted(owed) == [0, 0, 0, 0, 0, 2]
    assert Notice.objects.count() == 2
    assert Revision.objects.count() == 0
