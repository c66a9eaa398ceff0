"""What Members see besides what is published: by office, by stage of sign-off, on every page."""

import itertools

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import get_resolver, resolve, reverse

from core.models.audit import AuditEvent
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.refusals import Refused
from indicators.models.returns import Evidence
from indicators.queries.sight import NO_QUARTER, Seen, seen_by
from indicators.rules.returns import ResultState
from indicators.rules.sight import is_shown
from organisation.models.sights import OfficeSight
from organisation.permissions import GRANTS, Permission, granted
from organisation.rules import ELECTED, PostKind, Sight
from organisation.services.sights import set_sights
from tests.factories import (
    AppointmentFactory,
    CouncilFactory,
    IndicatorFactory,
    OfficeSightFactory,
    PostFactory,
    RevisionFactory,
    holder,
    rated,
)
from tests.indicators.factories import MonthlyFigureFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sorp_in_force")]
CLOSED, OPEN = Quarter(2011, 1), Quarter(2011, 2)
STAGES = list(Sight)
# How far a result of the open quarter has got, and the first stage at which somebody sees it.
STATES = {
    None: Sight.EVERYTHING,
    ResultState.SUBMITTED: Sight.SUBMITTED,
    ResultState.RETURNED: Sight.SUBMITTED,
    ResultState.DIVISION_APPROVED: Sight.SUBMITTED,
    ResultState.APPROVED: Sight.SIGNED_OFF,
}


def at_least(stage, other):
    return stage.depth >= other.depth


@pytest.mark.parametrize(("state", "first"), STATES.items())
@pytest.mark.parametrize("sight", STAGES)
def test_a_result_is_shown_from_its_stage_on(sight, state, first):
    assert is_shown(sight, is_closed=False, state=state) is at_least(sight, first)
    assert is_shown(sight, is_closed=True, state=state) is (sight is not Sight.NOTHING)


@pytest.fixture
def quarters():
    ReportingQuarter.objects.create(
        quarter=CLOSED, state="closed", closed_at="2011-08-01T09:00:00Z"
    )
    ReportingQuarter.objects.create(quarter=OPEN, state="open")


def with_result(state, quarter=OPEN, **known):
    """An indicator with a file and a figure of 77 in a quarter, as far up as the state says."""
    indicator = IndicatorFactory(**known)
    if state is not None:
        RevisionFactory(
            result__indicator=indicator, result__quarter=quarter, result__state=state, value=77
        )
    evidence = Evidence.objects.create(
        indicator=indicator,
        quarter=quarter,
        name="count.csv",
        path=f"evidence/{indicator.pk}.csv",
        size=3,
        sha256="0" * 64,
        uploaded_by=indicator.accountable_manager,
    )
    default_storage.save(evidence.path, ContentFile(b"1,2"))
    return evidence


def status_of(client, evidence):
    address = reverse(
        "evidence_file",
        args=[evidence.quarter.key, evidence.indicator.address, evidence.pk],
    )
    response = client.get(address)
    b"".join(response)  # read to its end, as a browser does: only then is it closed
    return response.status_code


@pytest.mark.usefixtures("quarters")
@pytest.mark.parametrize(("office", "sight"), list(itertools.product(ELECTED, STAGES)))
def test_each_office_sees_the_evidence_and_figures_of_its_stage(client, office, sight):
    OfficeSightFactory(office=office, sight=sight)
    client.force_login(holder(office))
    refused = 403 if sight is Sight.NOTHING else 404
    for state, first in STATES.items():
        evidence = with_result(state)
        seen = at_least(sight, first)

        assert status_of(client, evidence) == (200 if seen else refused), state
        page = client.get(reverse("indicator", args=[evidence.indicator.address]))
        if sight is not Sight.NOTHING:
            text = page.content.decode()
            assert ("count.csv" in text) is seen, state
            assert (": 77.0%" in text) is (seen and state is not None), state
        else:
            assert page.status_code == 403
    closed = with_result(ResultState.SUBMITTED, CLOSED)
    assert status_of(client, closed) == (403 if sight is Sight.NOTHING else 200)


def pages_of_results():
    """Every page without a parameter that is for whoever sees results."""
    for pattern in _flat(get_resolver().url_patterns):
        name, address = pattern
        if "<" in address or not name:
            continue
        view = resolve("/" + address).func
        if getattr(view, "permission", None) is Permission.VIEW_PERFORMANCE:
            yield name


def _flat(patterns, prefix=""):
    for each in patterns:
        address = prefix + str(each.pattern)
        if hasattr(each, "url_patterns"):
            yield from _flat(each.url_patterns, address)
        else:
            yield each.name, address


# Pages that ask more of a reader than to see results.
ASK_MORE = {"acting_manager", "first_version"}


@pytest.mark.usefixtures("quarters")
@pytest.mark.parametrize(("office", "sight"), list(itertools.product(ELECTED, STAGES)))
def test_each_office_opens_the_pages_of_results_from_the_first_stage_on(client, office, sight):
    OfficeSightFactory(office=office, sight=sight)
    client.force_login(holder(office, unit=CouncilFactory()))
    names = sorted(set(pages_of_results()) - ASK_MORE)

    answers = {name: client.get(reverse(name)).status_code for name in names}

    assert len(names) >= 12
    assert answers == dict.fromkeys(names, 403 if sight is Sight.NOTHING else 200)


ENTRANCES = ("home", "find", "notices", "calendar", "who_may_do_what", "sorp_versions", "assurance")


@pytest.mark.parametrize("office", ELECTED)
def test_whoever_sees_nothing_more_has_a_home_and_is_led_to_what_is_published(client, office):
    client.force_login(holder(office))

    assert {client.get(reverse(name)).status_code for name in ENTRANCES} == {200}
    page = client.get(reverse("home")).content.decode()
    for name in ("dashboards", "escalations", "strategy", "reports"):
        assert f'href="{reverse(name)}"' not in page, name
    assert "Latest report" in page


def test_what_is_found_is_what_may_be_opened(client):
    IndicatorFactory(title="Bins emptied", unit__name="Bins and streets", unit__code="bins")
    client.force_login(holder(PostKind.MEMBER))

    page = client.get(reverse("find"), {"text": "bins"}).content.decode()

    assert "Bins and streets" in page
    assert "Bins emptied" not in page
    assert reverse("dashboard", args=["bins"]) not in page


@pytest.mark.usefixtures("quarters")
@pytest.mark.parametrize("sight", STAGES[1:])
def test_who_has_yet_to_submit_is_told_to_whoever_sees_everything(client, sight):
    indicator = IndicatorFactory()
    rated(indicator, "G")
    OfficeSightFactory(sight=sight)
    client.force_login(holder(PostKind.MEMBER))

    page = client.get(reverse("dashboard", args=[indicator.unit.code])).content.decode()

    assert indicator.title in page
    assert ("Who has not submitted" in page) is (sight is Sight.EVERYTHING)


@pytest.mark.usefixtures("quarters")
@pytest.mark.parametrize("sight", STAGES[1:])
def test_a_month_of_a_quarter_without_a_result_is_for_whoever_sees_everything(client, sight):
    figure = MonthlyFigureFactory()
    ReportingQuarter.objects.update_or_create(
        quarter=figure.month.quarter, defaults={"state": "open", "closed_at": None}
    )
    OfficeSightFactory(sight=sight)
    client.force_login(holder(PostKind.MEMBER))

    answer = client.get(reverse("indicator", args=[figure.indicator.address]))

    assert ("months" in answer.context) is (sight is Sight.EVERYTHING)


# Whose


@pytest.mark.usefixtures("quarters")
def test_several_posts_show_what_any_of_them_does(client):
    evidence = with_result(ResultState.SUBMITTED)
    OfficeSightFactory(office=PostKind.MEMBER, sight=Sight.CLOSED)
    OfficeSightFactory(office=PostKind.POSC_CHAIR, sight=Sight.SUBMITTED)
    person = holder(PostKind.MEMBER)
    client.force_login(person)
    assert status_of(client, evidence) == 404

    AppointmentFactory(user=person, post=PostFactory(kind=PostKind.POSC_CHAIR))

    assert status_of(client, evidence) == 200


@pytest.mark.parametrize("kind", [each for each in PostKind if each not in ELECTED])
def test_what_an_officer_sees_hangs_on_no_setting(kind):
    person = holder(kind)

    assert person.sight_today() is Sight.EVERYTHING
    assert granted(kind, Sight.NOTHING) == GRANTS[kind]
    with pytest.raises(Refused, match="not an office of Members"):
        set_sights(sights={kind: Sight.CLOSED}, by=person)


def test_nobody_is_asked_of_the_database_for_those_who_see_everything(django_assert_num_queries):
    officer = holder(PostKind.STAFF)
    officer.posts_today()

    with django_assert_num_queries(0):
        assert seen_by(officer, [1, 2]) == Seen(Sight.EVERYTHING)


@pytest.mark.parametrize("how_many", [1, 20])
def test_what_a_member_sees_takes_as_many_queries_for_many(how_many, django_assert_num_queries):
    OfficeSightFactory(sight=Sight.SUBMITTED)
    member = holder(PostKind.MEMBER)
    member.posts_today()
    indicators = [each.pk for each in IndicatorFactory.create_batch(how_many)]

    with django_assert_num_queries(3):
        seen_by(member, indicators)


@pytest.mark.parametrize(
    ("sight", "last", "open_now", "states", "until"),
    [
        (Sight.EVERYTHING, CLOSED, {OPEN}, {}, None),
        (Sight.CLOSED, None, {OPEN}, {}, NO_QUARTER),
        (Sight.CLOSED, CLOSED, {OPEN}, {OPEN: "approved"}, CLOSED),
        (Sight.CLOSED, CLOSED, {CLOSED}, {}, CLOSED.previous()),
        (Sight.SIGNED_OFF, CLOSED, {OPEN}, {OPEN: "approved"}, OPEN),
        (Sight.SIGNED_OFF, CLOSED, {OPEN}, {OPEN: "submitted"}, CLOSED),
        (Sight.SUBMITTED, CLOSED, {OPEN}, {OPEN: "submitted"}, OPEN),
        (Sight.SUBMITTED, CLOSED, set(), {}, CLOSED),
    ],
)
def test_until_when_an_indicator_is_seen(sight, last, open_now, states, until):
    told = {(1, quarter): ResultState(state) for quarter, state in states.items()}

    assert Seen(sight, last, frozenset(open_now), told).until(1) == until


# The page


@pytest.fixture
def officer(client):
    person = holder(PostKind.PERFORMANCE_OFFICER)
    client.force_login(person)
    return person


def chosen(**said):
    return {office.value: Sight.NOTHING.value for office in ELECTED} | said


def test_the_page_says_for_whom_what_changes_before_it_is_saved(client, officer):
    member = holder(PostKind.CABINET_MEMBER, name="Cllr Fox")
    asked = chosen(cabinet_member="closed")

    shown = client.post(reverse("set_up_sights"), asked)
    page = " ".join(shown.content.decode().split())

    assert "Cabinet Member (Cllr Fox) now sees more" in page
    assert "Only what is published" in page
    assert not OfficeSight.objects.exists()
    assert not member.may(Permission.VIEW_PERFORMANCE)

    digest = shown.context["preview"].digest
    answer = client.post(reverse("set_up_sights"), asked | {"confirmed": digest}, follow=True)

    assert "What Members see is changed" in answer.content.decode()
    assert type(member).objects.get(pk=member.pk).may(Permission.VIEW_PERFORMANCE)
    (event,) = AuditEvent.objects.filter(act="set what Members see")
    assert event.actor_name == officer.name
    history = client.get(reverse("set_up_sights_history")).content.decode()
    assert "Once its quarter is closed" in history


def test_taking_sight_away_is_said_and_told_apart(client, officer):
    OfficeSightFactory(office=PostKind.POSC_CHAIR, sight=Sight.SUBMITTED)
    OfficeSightFactory(office=PostKind.MEMBER, sight=Sight.CLOSED)

    shown = client.post(reverse("set_up_sights"), chosen(posc_chair="closed"))
    page = " ".join(shown.content.decode().split())

    assert "sees less: results are shown only once its quarter is closed" in page
    assert "Member (nobody today, and anybody appointed later) now sees only what is" in page


@pytest.mark.parametrize("wrong", [{"member": ""}, {"member": "tomorrow"}])
def test_what_is_no_stage_is_asked_again_and_nothing_is_lost(client, officer, wrong):
    answer = client.post(reverse("set_up_sights"), chosen(posc_chair="closed") | wrong)

    page = answer.content.decode()
    assert "<title>Error: " in page
    assert answer.context["form"]["posc_chair"].value() == "closed"
    assert not OfficeSight.objects.exists()


def test_saying_the_same_again_is_no_act(officer):
    said = {PostKind.MEMBER: Sight.CLOSED}
    assert len(set_sights(sights=said, by=officer)) == 1

    assert set_sights(sights=said, by=officer) == []
    assert AuditEvent.objects.filter(act="set what Members see").count() == 1


def test_who_may_do_what_says_from_which_stage_members_see(client, officer):
    OfficeSightFactory(office=PostKind.MEMBER, sight=Sight.SIGNED_OFF)

    page = client.get(reverse("who_may_do_what")).content.decode()

    assert Sight.SIGNED_OFF.label in page
    assert Sight.NOTHING.label in page
