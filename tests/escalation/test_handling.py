"""What a level does with what is referred to it, for how long, and by when the SORP asks for it."""

import csv
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.urls import reverse

from core.models.audit import AuditEvent
from core.models.notices import Notice
from core.quarters import Quarter
from core.refusals import Refused
from core.tables.faults import RefusedFileError
from escalation.models.escalations import Escalation, Handling
from escalation.queries.register import overdue_at_level, times_at_level
from escalation.rights import may_deal_with
from escalation.rules.referrals import levels_past, read_referrals
from escalation.services.closing import close_quarter
from escalation.services.handling import deal_with, refer_up
from indicators.rules.entry import ResultGiven
from indicators.services.results import revise_result
from organisation.rules import PostKind, UnitTier
from sorp.defaults.rules import LADDER
from sorp.lexicon import Level, Rag, Tier
from sorp.models.statement import Version
from tests.assurance.factories import ActionPlanFactory, EscalationFactory
from tests.escalation.closes import closes_on, measured, reported
from tests.factories import (
    VALUES,
    CouncilFactory,
    IndicatorFactory,
    UnitFactory,
    UserFactory,
    holder,
    rated,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sorp_in_force")]
CLOSED = datetime(2011, 10, 25, 9, tzinfo=UTC)  # a Tuesday
TODAY = date(2011, 11, 1)
DUTY = next(each for each in LADDER if each.level is Level.DIRECTORATE)  # ten working days


@pytest.fixture(autouse=True)
def _first_of_november():
    with time_machine.travel("2011-11-01T09:00:00+00:00", tick=False):
        yield


@pytest.fixture
def division(sorp_in_force):
    return UnitFactory(code="roads", tier=UnitTier.DIVISION, parent=UnitFactory(code="highways"))


@pytest.fixture
def indicator(division):
    found = IndicatorFactory(reference="PI-1", unit=division)
    rated(found, "RR")  # Q1 and Q2 2011/12
    return found


@pytest.fixture
def officer():
    return holder(PostKind.PERFORMANCE_OFFICER)


def recorded():
    """What is on record of escalations; how the SORP came into force is on record too."""
    return AuditEvent.objects.exclude(subject_kind__startswith="sorp.").order_by("pk")


def referred(indicator, level=Level.DIVISION, **known):
    return EscalationFactory(indicator=indicator, level=level, recorded_at=CLOSED, **known)


def deal(row, by, kind=Handling.Kind.NOTED, **said):
    return deal_with(
        **{"escalation": row, "kind": kind, "handled_on": TODAY, "today": TODAY, "by": by} | said
    )


def refer(row, by, words="The division cannot fund it", **said):
    usual = {"escalation": row, "words": words, "handled_on": TODAY, "today": TODAY, "by": by}
    return refer_up(**(usual | said))


# Who may ------------------------------------------------------------------------------------------


def people_of(indicator):
    division, council = indicator.unit, CouncilFactory()
    former = holder(PostKind.DIRECTOR, unit=division)
    former.appointments.update(ends_on=date(2010, 1, 1))
    return {
        "a performance officer": holder(PostKind.PERFORMANCE_OFFICER),
        "the division's director": holder(PostKind.DIRECTOR, unit=division),
        "the directorate's director": holder(PostKind.DIRECTOR, unit=division.parent),
        "another division's director": holder(
            PostKind.DIRECTOR, unit=UnitFactory(tier=UnitTier.DIVISION, parent=division.parent)
        ),
        "another directorate's director": holder(PostKind.DIRECTOR),
        "the managing director": holder(PostKind.MANAGING_DIRECTOR, unit=council),
        "the deputy managing director": holder(PostKind.DEPUTY_MANAGING_DIRECTOR, unit=council),
        "its manager": indicator.accountable_manager,
        "a Cabinet Member": holder(PostKind.CABINET_MEMBER, unit=council),
        "a former director": former,
        "without a post": UserFactory(),
    }


OFFICER = {"a performance officer"}
COUNCIL = {"the managing director", "the deputy managing director"}
WHO = {
    Level.DIVISION: OFFICER | COUNCIL | {"the division's director", "the directorate's director"},
    Level.DIRECTORATE: OFFICER | COUNCIL | {"the directorate's director"},
    Level.PAT: OFFICER | COUNCIL,
    Level.CABINET: OFFICER,
}


@pytest.mark.parametrize("level", list(Level))
def test_a_level_is_spoken_for_by_its_own_people(indicator, level):
    people = people_of(indicator)
    row = referred(indicator, level)

    done = set()
    for who, person in people.items():
        try:
            deal(row, person, words=f"By {who}")
            done.add(who)
        except PermissionDenied:
            pass

    assert done == WHO[level]
    assert Handling.objects.count() == len(done)


def test_nobody_deals_with_their_own_poor_performance(indicator, division):
    """A director who is also the accountable manager leaves it to whoever is over them."""
    director = holder(PostKind.DIRECTOR, unit=division)
    indicator.accountable_manager = director
    indicator.save()

    assert not may_deal_with(Level.DIVISION, indicator, director)
    with pytest.raises(PermissionDenied):
        deal(referred(indicator), director)


# What is done -------------------------------------------------------------------------------------


def test_what_a_level_did_is_kept_and_recorded_once_and_it_stays_open(indicator, officer):
    row = referred(indicator)

    first, again = (deal(row, officer, words=" Discussed. ") for _ in range(2))

    assert first == again
    assert (first.kind, first.words, first.handled_on, first.by) == (
        Handling.Kind.NOTED,
        "Discussed.",
        TODAY,
        officer,
    )
    event = recorded().get()
    assert (event.act, event.actor) == ("dealt with escalation", officer)
    assert event.detail == {
        "level": "division",
        "kind": "noted",
        "words": "Discussed.",
        "handled_on": "2011-11-01",
    }
    row.refresh_from_db()
    assert row.recovered_in is None
    assert not Notice.objects.exists()


def test_agreeing_its_plan_agrees_it_and_says_by_whom(indicator, officer):
    plan = ActionPlanFactory(indicator=indicator, written_at=CLOSED)

    deal(referred(indicator), officer, Handling.Kind.PLAN_AGREED)

    plan.refresh_from_db()
    assert (plan.agreed_with, plan.agreed_on) == (officer, TODAY)


def test_what_is_sent_back_stays_open_and_its_manager_is_told_why(indicator, officer):
    row = referred(indicator, Level.DIRECTORATE)

    deal(row, officer, Handling.Kind.SENT_BACK, words="Come back with costs.")

    row.refresh_from_db()
    assert row.recovered_in is None
    notice = Notice.objects.get()
    assert notice.recipient == indicator.accountable_manager
    assert notice.body.startswith("Come back with costs. It stays referred to the Directorate")
    assert notice.address == f"/escalations/{row.pk}/"


@pytest.mark.parametrize(
    ("said", "field", "sentence"),
    [
        ({"kind": Handling.Kind.SENT_BACK, "words": " "}, "words", "Say why it is sent back"),
        ({"kind": Handling.Kind.PLAN_AGREED}, "kind", "no action plan to agree"),
        ({"kind": Handling.Kind.REFERRED_UP, "words": "x"}, "level", "to which level"),
        ({"handled_on": TODAY + timedelta(1)}, "handled_on", "in the future"),
        ({"handled_on": date(2011, 10, 24)}, "handled_on", "referred on Tuesday 25 October 2011"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_leaves_nothing(
    indicator, officer, said, field, sentence
):
    row = referred(indicator)

    with pytest.raises(Refused, match=sentence) as refusal:
        deal(row, officer, **said)

    assert refusal.value.field == field
    assert not Handling.objects.exists()
    assert not recorded().exists()


def test_what_has_recovered_is_dealt_with_no_more(indicator, officer):
    row = referred(indicator, recovered_in=Quarter(2011, 3))

    for act in (deal, refer):
        with pytest.raises(Refused, match="recovered in Q3 2011/12"):
            act(row, officer)


# Referring up -------------------------------------------------------------------------------------


def test_what_is_referred_up_opens_at_the_next_level_and_says_by_whom(indicator, division, officer):
    below = referred(indicator)
    director = holder(PostKind.DIRECTOR, unit=division)
    over = holder(PostKind.DIRECTOR, unit=division.parent)

    above = refer(below, director)

    assert (above.level, above.opened_in, above.since) == (
        Level.DIRECTORATE,
        Quarter(2011, 2),
        below.since,
    )
    assert (above.referred_from, above.referred_by, above.relapse) == (below, director, False)
    assert above.trigger == "Referred up by the Divisional management team"
    assert above.all_met == [above.trigger]
    assert above.reason == f"{above.trigger}: The division cannot fund it"
    assert below.handlings.get().words == (
        "To the Directorate management team. The division cannot fund it"
    )
    below.refresh_from_db()
    assert below.recovered_in is None
    assert [each.act for each in recorded()] == [
        "dealt with escalation",
        "referred up",
    ]
    told = {notice.recipient for notice in Notice.objects.all()}
    assert told == {indicator.accountable_manager, over}


def test_a_second_press_refers_nothing_twice(indicator, officer):
    below = referred(indicator)

    assert refer(below, officer) == refer(below, officer)

    assert Escalation.objects.count() == 2
    assert Handling.objects.count() == 1
    assert AuditEvent.objects.filter(act="referred up").count() == 1


def test_what_stands_there_already_is_not_referred_there_again(indicator, officer):
    below = referred(indicator)
    referred(indicator, Level.DIRECTORATE)

    with pytest.raises(Refused, match="referred to the Directorate management team already"):
        refer(below, officer)

    assert not Handling.objects.exists()


@pytest.mark.parametrize(
    ("said", "field", "sentence"),
    [
        ({"words": " "}, "words", "Say why it is referred up to the Directorate"),
        ({"level": Level.PAT}, "why_past", "goes past the directorate management team: only a"),
        ({"level": Level.DIVISION}, "level", "Choose a level above the Divisional"),
        ({"handled_on": TODAY + timedelta(1)}, "handled_on", "in the future"),
    ],
)
def test_a_referral_without_its_reason_is_refused(indicator, officer, said, field, sentence):
    with pytest.raises(Refused, match=f"(?i){sentence}") as refusal:
        refer(referred(indicator), officer, **said)

    assert refusal.value.field == field
    assert Escalation.objects.count() == 1
    assert not Handling.objects.exists()


def test_it_may_go_past_a_level_with_a_reason_that_is_kept(indicator, officer):
    above = refer(referred(indicator), officer, level=Level.PAT, why_past="It meets on Friday")

    assert above.level == Level.PAT
    assert above.reason.endswith(
        "The division cannot fund it Past the Directorate management team: It meets on Friday"
    )


def test_nothing_is_referred_above_cabinet(indicator, officer):
    with pytest.raises(Refused, match="Choose a level above the Cabinet"):
        refer(referred(indicator, Level.CABINET), officer)


@pytest.mark.parametrize(
    ("at", "to", "standing", "past"),
    [
        (Level.DIVISION, Level.DIRECTORATE, [], []),
        (Level.DIVISION, Level.PAT, [], [Level.DIRECTORATE]),
        (Level.DIVISION, Level.PAT, [Level.DIRECTORATE], []),
        (Level.DIVISION, Level.CABINET, [Level.PAT], [Level.DIRECTORATE]),
        (Level.PAT, Level.CABINET, [], []),
    ],
)
def test_which_levels_a_referral_passes_over(at, to, standing, past):
    """A level at which it stands already is not passed over."""
    assert list(levels_past(at, to, standing)) == past


def test_a_referral_soon_after_a_recovery_there_is_a_relapse(indicator, officer):
    referred(
        indicator,
        Level.DIRECTORATE,
        since=Quarter(2010, 2),
        opened_in=Quarter(2010, 2),
        recovered_in=Quarter(2010, 3),
    )

    assert refer(referred(indicator), officer).relapse


# What the close does with it ----------------------------------------------------------------------


@pytest.fixture
def twice_red(division):
    """Red in Q1 and Q2 2011/12, both closed: PAT and the directorate have it."""
    found = measured(reference="PI-2", unit=division, tier=Tier.DIVISION)
    reported(found, "RR")
    return found


def of(indicator, level):
    return Escalation.objects.get(indicator=indicator, level=level)


def referred_to_cabinet(indicator, by):
    day = closes_on(Quarter(2011, 2)) + timedelta(7)
    with time_machine.travel(f"{day}T09:00:00+00:00", tick=False):
        return refer(of(indicator, Level.PAT), by, handled_on=day, today=day)


def test_what_was_referred_by_hand_recovers_by_the_exit_rule_as_any_other(twice_red, officer):
    above = referred_to_cabinet(twice_red, officer)
    assert above.opened_in == Quarter(2011, 2)

    reported(twice_red, "A", since=Quarter(2011, 3))
    above.refresh_from_db()
    assert above.recovered_in is None

    reported(twice_red, "G", since=Quarter(2011, 4))
    assert {row.recovered_in for row in Escalation.objects.all()} == {Quarter(2011, 4)}
    assert Notice.objects.filter(key=f"recovered-{above.pk}-2011-Q4").exists()


def test_a_revision_restates_what_was_referred_by_hand_and_keeps_who_did_it(twice_red, officer):
    above = referred_to_cabinet(twice_red, officer)
    manager = twice_red.accountable_manager
    revise_result(
        indicator=twice_red,
        quarter=Quarter(2011, 2),
        given=ResultGiven(value=VALUES[Rag.GREEN]),
        reason="Counted twice",
        by=manager,
    )
    close_quarter(quarter=Quarter(2011, 2), today=TODAY, by=officer)

    above.refresh_from_db()
    assert (above.recovered_in, above.restated) == (Quarter(2011, 2), True)
    assert (above.referred_by, above.trigger) == (
        officer,
        "Referred up by the Performance Assurance Team",
    )


def test_following_up_revisions_leaves_it_alone_where_nothing_of_it_changed(twice_red, officer):
    referred_to_cabinet(twice_red, officer)
    before = list(Escalation.objects.order_by("pk").values())

    closing = close_quarter(quarter=Quarter(2011, 2), today=TODAY, by=officer)

    assert not closing.changed
    assert list(Escalation.objects.order_by("pk").values()) == before


def test_the_rules_give_all_but_what_was_referred_by_hand(twice_red, officer, tmp_path):
    """Exported, it says by whom; replayed, it is taken as it was recorded, or left out."""
    by_hand = referred_to_cabinet(twice_red, officer)
    reported(twice_red, "RGR", since=Quarter(2011, 3))
    files = {name: tmp_path / name for name in ("ratings.csv", "rules.json", "recorded.csv")}
    call_command("export_ratings", closed=True, output=files["ratings.csv"])
    call_command("export_rules", "2012-Q1", output=files["rules.json"])
    call_command("export_escalations", output=files["recorded.csv"])

    def replayed(**more):
        out = tmp_path / "replayed.csv"
        ratings, rules = files["ratings.csv"], files["rules.json"]
        call_command("replay_rules", ratings=ratings, rules=rules, output=out, **more)
        return rows_of(out)

    recorded = rows_of(files["recorded.csv"])
    (exported,) = [row for row in recorded if row["level"] == "cabinet"]
    assert exported["trigger"] == "Referred up by the Performance Assurance Team"
    assert exported["recovered_in"] == "2011-Q4"
    assert by_hand.reason == exported["reason"]
    assert replayed(referred=files["recorded.csv"]) == recorded
    assert replayed() == [row for row in recorded if row != exported]
    assert len(recorded) > 4


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("reference,level\nPI-1,pat\n", "r.csv:1:trigger_key: add the column trigger_key"),
        (
            "reference,level,trigger,since,opened_in,recovered_in,relapse,trigger_key\n"
            "PI-1,moon,Referred up by the Cabinet,2011-Q1,2011-Q1,,no,\n",
            "r.csv:2:level: write one of division, directorate, pat, cabinet, not 'moon'",
        ),
        (
            "reference,level,trigger,since,opened_in,recovered_in,relapse,trigger_key\n"
            "PI-1,pat,Referred up by the Cabinet,2011-Q9,2011-Q1,,no,\n",
            "r.csv:2:since: write the quarter like 2021-Q4 or Q4 2021/22, not '2011-Q9'",
        ),
    ],
)
def test_a_file_of_referrals_that_cannot_be_read_says_where(content, said):
    with pytest.raises(RefusedFileError, match=said):
        read_referrals(content.encode(), "r.csv")


def test_a_rule_that_asks_for_it_from_an_earlier_quarter_takes_it_over(division, officer):
    """Referred to PAT after one red; then both quarters before turn out red too, so a rule does."""
    found = measured(reference="PI-3", unit=division, tier=Tier.DIVISION)
    reported(found, "GGR")
    day = closes_on(Quarter(2011, 3)) + timedelta(1)
    with time_machine.travel(f"{day}T09:00:00+00:00", tick=False):
        above = refer(of(found, Level.DIRECTORATE), officer, handled_on=day, today=day)
        for quarter in (Quarter(2011, 1), Quarter(2011, 2)):
            revise_result(
                indicator=found,
                quarter=quarter,
                given=ResultGiven(value=VALUES[Rag.RED]),
                reason="Found wrong",
                by=found.accountable_manager,
            )
        close_quarter(quarter=Quarter(2011, 3), today=day, by=officer)

    above.refresh_from_db()
    assert (above.level, above.opened_in, above.restated) == (Level.PAT, Quarter(2011, 2), True)
    assert above.trigger == "Red for two quarters"
    assert (above.referred_by, above.referred_from) == (None, None)
    detail = AuditEvent.objects.get(act="restated escalation", subject_key=str(above.pk)).detail
    assert detail["referred_by"] == officer.name


# Time at a level ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "overdue", "sentence"),
    [
        (
            date(2011, 11, 8),
            False,
            "At this level for 10 working days; the SORP says it must be dealt with by Tuesday "
            "8 November 2011.",
        ),
        (
            date(2011, 11, 10),
            True,
            "At this level for 12 working days; the SORP says it must be dealt with by Tuesday "
            "8 November 2011, which is 2 working days ago.",
        ),
    ],
)
def test_time_at_a_level_is_counted_in_working_days_from_the_close(
    indicator, today, overdue, sentence
):
    row = referred(indicator, Level.DIRECTORATE)

    time = times_at_level([row], today=today)[row.pk]

    assert (time.is_overdue, time.sentence) == (overdue, sentence)
    assert (time.duty, time.clause) == (DUTY.duty, DUTY.clause)
    assert overdue_at_level(today=today) == ({row.pk} if overdue else set())


@pytest.mark.parametrize(
    ("handled_on", "late", "told"),
    [
        (date(2011, 11, 8), 0, ", and it was."),
        (date(2011, 11, 11), 3, ", and it was, 3 working days late."),
    ],
)
def test_what_was_dealt_with_is_overdue_no_more_and_says_how_late_it_was(
    indicator, officer, handled_on, late, told
):
    row = referred(indicator, Level.DIRECTORATE)
    deal(row, officer, handled_on=handled_on, today=handled_on)

    time = times_at_level([row], today=date(2011, 12, 1))[row.pk]

    assert (time.is_overdue, time.days_late) == (False, late)
    assert time.sentence.endswith(told)
    assert time.latest_handling.startswith("Noted on ")


def test_where_the_sorp_sets_no_deadline_none_is_said(indicator, sorp_in_force):
    silent = Version.objects.create(statement=sorp_in_force.statement, number="silent")
    row = referred(indicator, sorp_version=silent)

    time = times_at_level([row], today=date(2012, 3, 1))[row.pk]

    assert (time.due_on, time.is_overdue) == (None, False)
    assert "sets no deadline for this level" in time.sentence


def test_time_stops_at_recovery(twice_red):
    reported(twice_red, "G", since=Quarter(2011, 3))
    row = of(twice_red, Level.DIRECTORATE)

    time = times_at_level([row], today=date(2012, 6, 1))[row.pk]

    assert (time.since, time.until) == (closes_on(Quarter(2011, 1)), closes_on(Quarter(2011, 3)))
    assert time.sentence.startswith("It was at this level for 128 working days")
    assert not time.is_overdue


@pytest.mark.parametrize("how_many", [1, 20])
def test_time_takes_three_queries_however_many(how_many, officer, django_assert_num_queries):
    rows = [referred(IndicatorFactory(), Level.DIRECTORATE) for _ in range(how_many)]
    for row in rows:
        deal(row, officer)

    with django_assert_num_queries(3):
        times_at_level(rows, today=TODAY)


# The page -----------------------------------------------------------------------------------------


def typed(**said):
    return {
        "kind": "noted",
        "words": "",
        "level": "",
        "why_past": "",
        "handled_on_day": "1",
        "handled_on_month": "11",
        "handled_on_year": "2011",
    } | said


def test_the_form_refers_up_and_leads_to_the_story(client, indicator, officer):
    row = referred(indicator)
    client.force_login(officer)

    answer = client.post(
        reverse("deal_with_escalation", args=[row.pk]),
        typed(kind="referred_up", words="No money", level="directorate"),
        follow=True,
    )

    assert answer.redirect_chain == [(f"/escalations/{row.pk}/", 302)]
    assert Escalation.objects.filter(level=Level.DIRECTORATE, referred_from=row).count() == 1
    assert "What the Divisional management team did is recorded" in answer.content.decode()


@pytest.mark.parametrize(
    ("posted", "sentence", "kept"),
    [
        (typed(kind="", words="Seen"), "Select what was done with it", "Seen"),
        (typed(kind="sent_back"), "Say why it is sent back", 'value="2011"'),
        (
            typed(kind="referred_up", level="pat", words="Now"),
            "Say why it goes past the Directorate",
            "Now",
        ),
        (typed(kind="referred_up", words="Now"), "Choose the level to which", "Now"),
        (typed(level="pat", words="Seen"), "Leave this empty unless", "Seen"),
        (typed(why_past="No time"), "Leave this empty unless it is referred up", "No time"),
        (typed(handled_on_day="2", words="Early"), "in the future", "Early"),
        (typed(handled_on_day="31", words="When?"), "as a real day", "When?"),
    ],
)
def test_the_form_says_what_to_do_and_keeps_what_was_typed(
    client, indicator, officer, posted, sentence, kept
):
    row = referred(indicator)
    client.force_login(officer)

    answer = client.post(reverse("deal_with_escalation", args=[row.pk]), posted)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "There is a problem" in page
    assert sentence in page
    assert kept in page
    assert not Handling.objects.exists()


def test_what_recovered_meanwhile_is_refused_with_all_that_was_typed(client, indicator, officer):
    row = referred(indicator, recovered_in=Quarter(2011, 2))
    client.force_login(officer)

    answer = client.post(
        reverse("deal_with_escalation", args=[row.pk]), typed(words="The depot is mended")
    )

    page = answer.content.decode()
    assert "There is a problem" in page
    assert "nothing left to deal with and this is not recorded" in page
    assert "The depot is mended" in page
    assert not Handling.objects.exists()


def test_a_level_keeps_its_capitals_inside_a_sentence(indicator, officer):
    with pytest.raises(Refused, match="goes past the Performance Assurance Team: only"):
        refer(referred(indicator, Level.DIRECTORATE), officer, level=Level.CABINET)


def test_the_form_offers_only_what_can_be_done(client, indicator, officer):
    row = referred(indicator, Level.CABINET)
    client.force_login(officer)
    address = reverse("deal_with_escalation", args=[row.pk])

    page = client.get(address).content.decode()
    assert 'value="referred_up"' not in page
    assert 'value="plan_agreed"' not in page
    assert "There is no action plan to agree yet" in page

    ActionPlanFactory(indicator=indicator, written_by=officer)
    assert "You wrote" in client.get(address).content.decode()


def test_who_may_open_the_form(client, indicator):
    row = referred(indicator, Level.DIRECTORATE)
    address = reverse("deal_with_escalation", args=[row.pk])

    seen = {}
    for who, person in people_of(indicator).items():
        client.force_login(person)
        seen[who] = client.get(address).status_code

    assert {who for who, status in seen.items() if status == 200} == WHO[Level.DIRECTORATE]
    assert set(seen.values()) == {200, 403}
