"""Partners: invited, let in by a link and by nothing else; what they give, and what its manager makes of it."""

import re
from datetime import date

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.models.audit import AuditEvent
from core.models.notices import Notice
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.refusals import Refused
from core.tables.faults import RefusedFileError
from core.tables.spreadsheets import as_csv
from indicators.importing.partners import import_partner, partner_csv
from indicators.models.definitions import Suspension
from indicators.models.partners import GivenFigure, Partner
from indicators.models.results import Result
from indicators.models.returns import Draft, Evidence
from indicators.queries.partners import asked_of, digest_of, partner_of, waiting_from_partners
from indicators.rules.entry import QuarterRequirements
from indicators.rules.partners import GivenState, what_is_wrong
from indicators.rules.returns import ResultState
from indicators.services.partners import (
    NotTaken,
    accept_figure,
    change_partner,
    give_figure,
    invite_partner,
    make_link,
    refuse_figure,
    send_link,
    withdraw_partner,
)
from indicators.views.partners import MOST_GIVEN, MOST_WRONG
from organisation.rules import PostKind
from sorp.lexicon import Frequency, MadeOfMonths
from tests.factories import IndicatorFactory, RevisionFactory, TargetFactory, holder

Q1, Q2 = Quarter(2011, 1), Quarter(2011, 2)


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"value": "76.4"}, set()),
        ({"value": "1,250"}, set()),
        ({"numerator": "3", "denominator": "4"}, set()),
        ({"not_available": "The survey was not held"}, set()),
        ({"value": "about ten"}, {"value"}),
        ({"numerator": "3"}, {"denominator"}),
        ({"value": "5", "not_available": "No survey"}, {"not_available"}),
        ({}, {"value"}),
        ({"commentary": "Words alone"}, {"value"}),
        ({"value": "5", "commentary": "x" * 5000}, {"commentary"}),
    ],
)
def test_a_figure_is_read_as_a_managers_is_and_no_more_is_asked(typed, wrong):
    assert set(what_is_wrong(typed, QuarterRequirements(Q1, measure_unit="%"))) == wrong


pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_july(sorp_in_force):
    ReportingQuarter.objects.create(quarter=Q1, state="open")
    cache.clear()
    with time_machine.travel("2011-07-10T10:00:00+01:00", tick=False):
        yield


@pytest.fixture
def officer():
    return holder(PostKind.PERFORMANCE_OFFICER)


@pytest.fixture
def indicator():
    return IndicatorFactory(reference="HT-01", title="Falls in care homes")


@pytest.fixture
def partner(indicator, officer):
    return invited([indicator], officer)


def invited(indicators, by, **said):
    return invite_partner(
        **{
            "name": "Northvale Health Trust",
            "contact": "Ros Pell",
            "email": "ros@trust.example",
            "indicators": indicators,
            "quarter": None,
            "starts_on": date(2011, 7, 1),
            "ends_on": date(2011, 12, 31),
            "by": by,
        }
        | said
    )


def token_for(partner, by):
    return make_link(partner=partner, by=by).rstrip("/").rsplit("/", 1)[-1]


def given(partner, indicator, file=None, **typed):
    figure, _ = give_figure(
        partner=partner,
        indicator=indicator,
        quarter=Q1,
        typed=typed or {"value": "76.4", "commentary": "Two homes closed"},
        file=file,
    )
    return figure


# The link ------------------------------------------------------------------------------------------


def test_of_a_link_only_a_digest_is_kept_and_another_ends_it(partner, officer):
    first = token_for(partner, officer)
    assert len(first) >= 43
    assert partner_of(first) == partner
    second = token_for(partner, officer)

    assert partner_of(first) is None
    assert partner_of(second) == partner
    assert Partner.objects.get().link_sha256 == digest_of(second)
    told = " ".join(str(event.detail) for event in AuditEvent.objects.all())
    assert first not in told
    assert second not in told


def test_a_partner_is_written_to_with_its_link(partner, officer, settings):
    settings.DEMONSTRATION = False
    assert send_link(partner=partner, by=officer) == "ros@trust.example"

    (sent,) = mail.outbox
    token = re.search(r"/partners/([\w-]+)/", sent.body)[1]
    assert partner_of(token) == partner
    assert "HT-01 Falls in care homes" in sent.body
    settings.DEMONSTRATION = True
    with pytest.raises(Refused, match="A demonstration sends no e-mail"):
        send_link(partner=partner, by=officer)


def test_post_that_is_not_taken_leaves_the_link_before_in_place(
    partner, officer, settings, monkeypatch
):
    settings.DEMONSTRATION = False
    before = token_for(partner, officer)

    def refused(*args):
        raise OSError("no such host")

    monkeypatch.setattr("indicators.services.partners.send_mail", refused)
    with pytest.raises(Refused, match="could not be sent"):
        send_link(partner=partner, by=officer)

    assert partner_of(before) == partner


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"indicators": []}, "Name at least one indicator"),
        ({"ends_on": date(2011, 6, 30)}, "not before the first"),
        ({"ends_on": date(2013, 1, 1)}, "within a year"),
    ],
)
def test_who_cannot_be_invited_so(indicator, officer, wrong, says):
    with pytest.raises(Refused, match=says):
        invited(**{"indicators": [indicator], "by": officer} | wrong)


def test_of_a_monthly_indicator_a_partner_gives_months_which_stand_in_its_managers_draft(
    client, officer
):
    """Some of them are enough. How it rates them itself is a note, and a month that stands stays."""
    monthly = IndicatorFactory(
        reference="M-1", frequency=Frequency.MONTHLY, made_of_months=MadeOfMonths.LAST
    )
    manager = monthly.accountable_manager
    Draft.objects.create(
        indicator=monthly,
        quarter=Q1,
        typed={"month_1_value": "1", "month_3_value": "3", "months_seen": "0.0.0"},
        version=1,
        saved_by=manager,
    )
    token = token_for(invited([monthly], officer), officer)
    page = reverse("partner_figure", args=[token, Q1.key, "M-1"])
    assert "May 2011: result" in client.get(page).content.decode()

    wrong = client.post(page, {"month_1_value": "5", "month_2_value": "about ten"})
    assert "May 2011: " in wrong.content.decode()
    assert not GivenFigure.objects.exists()
    nothing = client.post(page, {"commentary": "Words alone"})
    assert "Enter the figures of April" in nothing.content.decode()
    client.post(page, {"month_1_value": "5", "month_2_value": "6", "status": "amber"})
    figure = GivenFigure.objects.get()
    client.force_login(manager)
    read = client.get(reverse("decide_given", args=[figure.pk])).content.decode()
    assert "May 2011: result" in read

    draft = accept_figure(figure=figure, by=manager)
    assert draft.typed == {
        "month_1_value": "5",
        "month_2_value": "6",
        "month_3_value": "3",
        "months_seen": "0.0.0",
        "commentary": "Northvale Health Trust itself rates it amber.",
    }


# What is asked -------------------------------------------------------------------------------------


def test_only_its_own_indicators_in_open_quarters_that_have_ended_are_asked(officer, indicator):
    later = IndicatorFactory(reference="L", first_quarter=Q2)
    IndicatorFactory(reference="OTHER")
    ReportingQuarter.objects.create(quarter=Q2, state="open")
    standing, of_q2 = invited([indicator, later], officer), invited([later], officer, quarter=Q2)

    def asked(partner):
        return [(each.indicator.reference, each.quarter) for each in asked_of(partner)]

    assert asked(standing) == [("HT-01", Q1)]
    assert asked(of_q2) == []
    with time_machine.travel("2011-10-10T10:00:00+01:00", tick=False):
        assert asked(standing) == [("HT-01", Q1), ("HT-01", Q2), ("L", Q2)]
        assert asked(of_q2) == [("L", Q2)]
        ReportingQuarter.objects.filter(quarter=Q1).update(
            state="closed", closed_at="2011-09-01T09:00:00Z"
        )
        assert asked(standing) == [("HT-01", Q2), ("L", Q2)]
    with time_machine.travel("2012-01-01T10:00:00+00:00", tick=False):
        assert asked(standing) == []


@pytest.mark.parametrize("state", [each for each in ResultState if each.is_locked])
def test_what_is_approved_or_suspended_is_not_asked(partner, indicator, state):
    RevisionFactory(result__indicator=indicator, result__quarter=Q1, result__state=state)
    assert asked_of(partner) == []
    Result.objects.update(state=ResultState.SUBMITTED)
    assert len(asked_of(partner)) == 1
    Suspension.objects.create(
        indicator=indicator, from_quarter=Q1, reason="Floods", approved_by="Cabinet"
    )
    assert asked_of(partner) == []


@pytest.mark.parametrize("how_many", [1, 20])
def test_what_is_asked_takes_as_many_queries_for_many(
    how_many, officer, django_assert_max_num_queries
):
    partner = invited(IndicatorFactory.create_batch(how_many), officer)

    with django_assert_max_num_queries(14):
        assert len(asked_of(partner)) == how_many


# Giving --------------------------------------------------------------------------------------------


def test_what_is_given_waits_and_is_no_result_and_its_manager_is_told(partner, indicator):
    figure = given(partner, indicator)

    assert figure.state == GivenState.WAITING
    assert not Result.objects.exists()
    assert not Draft.objects.exists()
    (notice,) = Notice.objects.filter(recipient=indicator.accountable_manager)
    assert notice.subject == "Northvale Health Trust gave a figure for Falls in care homes"
    event = AuditEvent.objects.get(act="gave figure")
    assert event.actor_name == "Ros Pell, Northvale Health Trust"
    assert event.actor_id is None


def test_the_same_again_is_the_same_and_another_replaces_what_waits(partner, indicator):
    first = given(partner, indicator)

    assert given(partner, indicator) == first
    second = given(partner, indicator, value="77")

    first.refresh_from_db()
    assert first.state == GivenState.REPLACED
    assert second.state == GivenState.WAITING
    assert AuditEvent.objects.filter(act="gave figure").count() == 2


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("count.exe", b"MZ", "must be a PDF"),
        ("count.pdf", b"not one", "is not the PDF"),
        ("count.csv", b"", "is empty"),
        ("count.csv", b"1" * (5 * 1024 * 1024 + 1), "smaller than 5 MB"),
    ],
)
def test_a_file_that_cannot_be_kept_is_refused_and_nothing_is_given(
    partner, indicator, name, content, says
):
    with pytest.raises(NotTaken, match=says):
        given(partner, indicator, file=(name, content))

    assert not GivenFigure.objects.exists()


def test_nothing_is_taken_of_another_indicator_nor_by_a_link_that_serves_no_longer(
    partner, indicator, officer
):
    with pytest.raises(NotTaken, match="not wanted now"):
        given(partner, IndicatorFactory())
    withdraw_partner(partner=partner, because="The contract ended", by=officer)
    with pytest.raises(NotTaken, match="not wanted now"):
        given(partner, indicator)
    for act in (
        lambda: make_link(partner=partner, by=officer),
        lambda: withdraw_partner(partner=partner, because="Again", by=officer),
    ):
        with pytest.raises(Refused, match="was withdrawn"):
            act()


# The manager’s answer ------------------------------------------------------------------------------


def test_what_is_accepted_is_in_the_managers_draft_with_its_file_as_evidence(partner, indicator):
    manager = indicator.accountable_manager
    Draft.objects.create(
        indicator=indicator,
        quarter=Q1,
        typed={"value": "12", "management_action": "More nurses"},
        version=4,
        saved_by=manager,
    )
    figure = given(partner, indicator, file=("count.csv", b"a,b\n1,2\n"))
    assert default_storage.exists(figure.file_path)
    assert list(waiting_from_partners(manager)) == [figure]

    draft = accept_figure(figure=figure, by=manager)

    assert draft.typed == {"value": "76.4", "management_action": "More nurses"} | {
        "commentary": "Two homes closed"
    }
    assert draft.saved_by == manager
    assert not draft.is_complete
    assert not Result.objects.exists()
    evidence = Evidence.objects.get()
    assert (evidence.name, evidence.uploaded_by) == ("count.csv", manager)
    figure.refresh_from_db()
    assert (figure.state, figure.decided_by, figure.file_path) == ("accepted", manager, "")
    assert not waiting_from_partners(manager).exists()
    with pytest.raises(Refused, match="already been decided: accepted"):
        accept_figure(figure=figure, by=manager)


def test_what_is_refused_says_why_and_another_may_be_given(partner, indicator):
    manager = indicator.accountable_manager
    figure = given(partner, indicator)
    with pytest.raises(Refused, match="Say why"):
        refuse_figure(figure=figure, why=" ", by=manager)

    refuse_figure(figure=figure, why="It is of all homes, not of ours", by=manager)

    (asked,) = asked_of(partner)
    assert asked.given.why == "It is of all homes, not of ours"
    assert asked.row == {}
    assert given(partner, indicator).state == GivenState.WAITING
    assert not Draft.objects.exists()


def test_a_figure_of_a_quarter_that_has_closed_meanwhile_cannot_be_accepted(partner, indicator):
    figure = given(partner, indicator)
    ReportingQuarter.objects.update(state="closed", closed_at="2011-07-10T09:00:00Z")

    with pytest.raises(ValueError, match="is closed"):
        accept_figure(figure=figure, by=indicator.accountable_manager)

    figure.refresh_from_db()
    assert figure.is_waiting


def test_who_decides_on_a_partners_figure(partner, indicator, officer):
    people = {
        "its manager": indicator.accountable_manager,
        "a deputy of its unit": holder(PostKind.DEPUTY, unit=indicator.unit),
        "a performance officer": officer,
        "another manager": holder(PostKind.ACCOUNTABLE_MANAGER),
        "its director": holder(PostKind.DIRECTOR, unit=indicator.unit),
        "a Member": holder(PostKind.MEMBER),
    }
    may = {}
    for number, (who, person) in enumerate(people.items()):
        figure = given(partner, indicator, value=str(number))
        try:
            refuse_figure(figure=figure, why="No", by=person)
            may[who] = True
        except PermissionDenied:
            may[who] = False

    assert [who for who, allowed in may.items() if allowed] == [
        "its manager",
        "a deputy of its unit",
        "a performance officer",
    ]


# The workbook --------------------------------------------------------------------------------------


def test_the_workbook_comes_back_as_it_went_and_gives_what_was_filled_in(partner, indicator):
    written = partner_csv(partner)
    assert import_partner(written.encode(), file="f.csv", partner=partner).new == ()

    filled = written.replace("2011-Q1,,", "2011-Q1,76.4,")
    outcome = import_partner(filled.encode(), file="f.csv", partner=partner)

    assert outcome.new == ("HT-01 2011-Q1",)
    assert GivenFigure.objects.get().typed == {"value": "76.4"}
    again = import_partner(partner_csv(partner).encode(), file="f.csv", partner=partner)
    assert (again.new, again.unchanged) == ((), 1)


def test_of_a_workbook_all_is_taken_or_nothing(officer, indicator):
    partner = invited([indicator, IndicatorFactory(reference="HT-02")], officer)
    IndicatorFactory(reference="OTHER")
    rows = "reference,quarter,value\nHT-01,2011-Q1,5\nHT-02,2011-Q1,much\nOTHER,2011-Q1,7\n"

    with pytest.raises(RefusedFileError) as refused:
        import_partner(rows.encode(), file="f.csv", partner=partner)

    told = {(each.row, each.column): each.what_to_do for each in refused.value.faults}
    assert set(told) == {(3, "value"), (4, "reference")}
    assert "not asked for it now" in told[4, "reference"]
    assert not GivenFigure.objects.exists()


# Pages ---------------------------------------------------------------------------------------------


def page_of(response):
    return " ".join(response.content.decode().split())


def test_a_partner_gives_a_figure_at_its_link_without_signing_in(
    client, partner, indicator, officer
):
    indicator.numerator_name, indicator.denominator_name = "Falls", "Residents"
    indicator.save()
    TargetFactory(indicator=indicator)
    token = token_for(partner, officer)
    there = reverse("partner", args=[token])

    first = client.get(there)
    page = page_of(first)
    assert "Falls in care homes" in page
    assert "Not given yet" in page
    assert not re.search(r"\b90(\.0)?%", page), "the target is not theirs"
    assert first["Cache-Control"] == "no-store"
    assert first["Referrer-Policy"] == "no-referrer"
    assert "noindex" in first["X-Robots-Tag"]

    form = reverse("partner_figure", args=[token, "2011-Q1", "HT-01"])
    assert "Residents" in page_of(client.get(form))
    wrong = client.post(form, {"value": "many", "commentary": "Kept words"})
    assert "Kept words" in page_of(wrong)
    assert "<title>Error: " in page_of(wrong)
    file = SimpleUploadedFile("count.csv", b"a,b\n1,2\n")
    sent = {"numerator": "3", "denominator": "400", "commentary": "Counted", "file": file}
    answer = client.post(form, sent, follow=True)
    assert "the figure is given: its manager has a notice" in page_of(answer)
    assert "Waits for its manager" in page_of(answer)
    assert GivenFigure.objects.get().typed == {
        "numerator": "3",
        "denominator": "400",
        "commentary": "Counted",
    }


def test_a_workbook_is_taken_and_sent_back_at_the_link(client, partner, officer):
    token = token_for(partner, officer)
    workbook = client.get(reverse("partner_workbook", args=[token])).content
    assert as_csv(workbook, file="f.xlsx").decode().startswith("reference,title,quarter,value")

    def send(content):
        file = SimpleUploadedFile("figures.csv", content)
        return client.post(reverse("partner_file", args=[token]), {"file": file}, follow=True)

    assert "1 figure given" in page_of(send(b"reference,quarter,value\nHT-01,2011-Q1,76\n"))
    refused = page_of(send(b"reference,quarter,value\nHT-01,2011-Q1,much\n"))
    assert "value, row 2" in refused
    assert GivenFigure.objects.get().typed == {"value": "76"}


def links(client, token, reference="HT-01"):
    return {
        client.get(address).status_code
        for address in (
            reverse("partner", args=[token]),
            reverse("partner_workbook", args=[token]),
            reverse("partner_figure", args=[token, "2011-Q1", reference]),
        )
    }


@pytest.mark.parametrize(
    ("what_happens", "status"),
    [
        ("nothing", 200),
        ("another link is made", 404),
        ("it is withdrawn", 404),
        ("its last day is over", 410),
        ("its first day has not come", 410),
        ("a letter is changed", 404),
    ],
)
def test_a_link_serves_while_it_is_the_last_and_within_its_days(
    client, partner, officer, what_happens, status
):
    token = token_for(partner, officer)
    if what_happens == "another link is made":
        token_for(partner, officer)
    elif what_happens == "it is withdrawn":
        withdraw_partner(partner=partner, because="The contract ended", by=officer)
    elif what_happens == "its last day is over":
        Partner.objects.update(ends_on=date(2011, 7, 9))
    elif what_happens == "its first day has not come":
        Partner.objects.update(starts_on=date(2011, 7, 11))
    elif what_happens == "a letter is changed":
        token = ("b" if token[0] == "a" else "a") + token[1:]

    assert links(client, token) == {status}
    sent = client.post(reverse("partner_figure", args=[token, "2011-Q1", "HT-01"]), {"value": "5"})
    assert sent.status_code == (302 if status == 200 else status)
    assert GivenFigure.objects.exists() is (status == 200)


def test_a_link_opens_no_other_indicator_and_no_closed_quarter(client, partner, officer):
    other = IndicatorFactory(reference="OTHER", title="Secret indicator")
    token = token_for(partner, officer)

    for quarter, reference in (("2011-Q1", "OTHER"), ("2011-Q1", "NONE"), ("2010-Q4", "HT-01")):
        address = reverse("partner_figure", args=[token, quarter, reference])
        assert client.get(address).status_code == 404
        assert client.post(address, {"value": "5"}).status_code == 404
    ReportingQuarter.objects.update(state="closed", closed_at="2011-07-10T09:00:00Z")
    address = reverse("partner_figure", args=[token, "2011-Q1", "HT-01"])
    assert client.post(address, {"value": "5"}).status_code == 404
    page = page_of(client.get(reverse("partner", args=[token])))
    assert "You have nothing to give now" in page
    assert other.title not in page
    assert not GivenFigure.objects.exists()
    for name in ("home", "dashboards", "set_up_partners"):
        assert client.get(reverse(name)).status_code == 302


def test_whoever_tries_links_is_asked_to_wait(client, partner, officer):
    token = token_for(partner, officer)
    tried = [
        client.get(reverse("partner", args=[f"wrong-{number}"])).status_code
        for number in range(MOST_WRONG + 1)
    ]

    assert tried == [404] * MOST_WRONG + [429]
    assert client.get(reverse("partner", args=[token])).status_code == 200


def test_a_partner_that_sends_too_much_is_asked_to_wait(client, partner, officer):
    address = reverse("partner_figure", args=[token_for(partner, officer), "2011-Q1", "HT-01"])

    sent = [client.post(address, {"value": "5"}).status_code for _ in range(MOST_GIVEN + 1)]

    assert sent == [302] * MOST_GIVEN + [429]
    assert GivenFigure.objects.count() == 1  # the same again is the same


def test_an_officer_invites_changes_and_withdraws_a_partner_on_pages(client, officer, indicator):
    client.force_login(officer)
    IndicatorFactory(reference="HT-02")
    asked = {
        "name": "Northvale Health Trust",
        "contact": "Ros Pell",
        "email": "ros@trust.example",
        "indicators": "HT-01\nHT-02",
        "quarter": "",
        **{
            f"starts_on_{part}": value
            for part, value in zip(("day", "month", "year"), (1, 7, 2011), strict=True)
        },
        **{
            f"ends_on_{part}": value
            for part, value in zip(("day", "month", "year"), (31, 12, 2011), strict=True)
        },
    }
    wrong = client.post(reverse("set_up_new_partner"), asked | {"indicators": "HT-01, NONE"})
    assert "There is no indicator NONE" in page_of(wrong)

    client.post(reverse("set_up_new_partner"), asked)
    partner = Partner.objects.get()
    there = reverse("set_up_partner", args=[partner.pk])
    assert partner.name in page_of(client.get(reverse("set_up_partners")))
    assert partner.name in page_of(client.get(reverse("set_up_partners"), {"text": "health"}))
    assert "None found" in page_of(client.get(reverse("set_up_partners"), {"text": "police"}))
    file = client.get(reverse("set_up_partners_file", args=["csv"])).content.decode()
    assert "Northvale Health Trust,Ros Pell,ros@trust.example,HT-01 HT-02,,2011-07-01" in file
    workbook = client.get(reverse("set_up_partners_file", args=["xlsx"])).content
    assert as_csv(workbook, file="partners.xlsx").decode().startswith("name,contact,email")

    shown = client.post(reverse("set_up_partner_link", args=[partner.pk]), {"way": "shown"})
    token = re.search(r"/partners/([\w-]{43})/", page_of(shown))[1]
    assert partner_of(token) == partner
    assert token not in page_of(client.get(there))

    change = asked | {"indicators": "HT-02", "quarter": "Q1 2011/12"}
    client.post(reverse("set_up_change_partner", args=[partner.pk]), change)
    partner.refresh_from_db()
    assert [each.reference for each in partner.indicators.all()] == ["HT-02"]
    assert partner.quarter == Q1
    assert partner_of(token) == partner

    client.post(reverse("set_up_withdraw_partner", args=[partner.pk]), {"because": "It ended"})
    assert partner_of(token) is None
    assert "It ended" in page_of(client.get(there))
    history = page_of(client.get(reverse("set_up_partner_history", args=[partner.pk])))
    assert "Withdrew partner" in history
    again = client.post(reverse("set_up_partner_link", args=[partner.pk]), follow=True)
    assert "was withdrawn: invite it again" in page_of(again)


def test_a_manager_finds_reads_and_takes_what_a_partner_gave(client, partner, indicator):
    manager = indicator.accountable_manager
    figure = given(partner, indicator)
    client.force_login(manager)
    assert "1 figure from partners: Falls in care homes" in page_of(client.get(reverse("home")))
    assert "Northvale Health Trust" in page_of(client.get(reverse("from_partners")))
    there = reverse("decide_given", args=[figure.pk])
    assert "76.4" in page_of(client.get(there))

    assert "Say why it is not accepted" in page_of(client.post(there, {"verdict": "refuse"}))
    answer = client.post(there, {"verdict": "accept"}, follow=True)

    assert answer.redirect_chain[-1][0] == reverse("enter_result", args=["2011-Q1", "HT-01"])
    assert 'value="76.4"' in page_of(answer)
    assert "Two homes closed" in page_of(answer)
    assert "Nothing is waiting for you" in page_of(client.get(reverse("from_partners")))
    client.force_login(holder(PostKind.ACCOUNTABLE_MANAGER))
    assert client.get(there).status_code == 404


def test_changing_a_partner_to_the_same_is_no_act(partner, officer, indicator):
    said = {"contact": "Ros Pell", "email": "ros@trust.example", "quarter": None}
    changed = change_partner(
        partner=partner, **said, indicators=[indicator], ends_on=partner.ends_on, by=officer
    )

    assert changed.contact == "Ros Pell"
    assert not AuditEvent.objects.filter(act="changed partner").exists()
