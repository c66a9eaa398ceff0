"""Savings of the Medium Term Financial Plan: how they stand, what they come to, who reports on them."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from core.models.audit import AuditEvent
from core.refusals import Refused
from organisation.rules import PostKind
from strategy.models.savings import Saving
from strategy.queries.savings import savings_on, sums
from strategy.rules.savings import (
    SavingPosition,
    SavingStatus,
    profile_fault,
    read_pounds,
    read_profile,
    saving_status,
    saving_words,
    total_of,
    written_profile,
)
from strategy.services.savings import count_on_saving, report_saving
from tests.factories import CouncilFactory, UnitFactory, UserFactory, holder
from tests.strategy.factories import SavingFactory, SavingUpdateFactory

DAY, LATER = date(2011, 6, 30), date(2011, 9, 30)


def position(delivered, forecast, at_risk, as_at=DAY):
    return SavingPosition(as_at, delivered, forecast, at_risk)


@pytest.mark.parametrize(
    ("said", "status", "words"),
    [
        (None, SavingStatus.NOT_REPORTED, "Nothing reported yet"),
        (position(0, 100, 0), SavingStatus.ON_COURSE, "On course"),
        (position(40, 120, 0), SavingStatus.ON_COURSE, "On course"),
        (position(100, 100, 0), SavingStatus.DELIVERED, "Delivered"),
        (position(40, 100, 1), SavingStatus.AT_RISK, "At risk: £1 of the forecast is at risk"),
        (position(40, 99, 0), SavingStatus.SHORT, "Forecast to fall short by £1"),
        (
            position(40, 90, 5),
            SavingStatus.SHORT,
            "Forecast to fall short by £10; £5 of the forecast is at risk",
        ),
        (position(0, 0, 0), SavingStatus.SHORT, "Forecast to fall short by £100"),
    ],
)
def test_a_saving_stands_as_its_figures_say(said, status, words):
    assert (saving_status(100, said), saving_words(100, said)) == (status, words)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (position(50, 40, 0), "forecast"),
        (position(50, 100, 51), "at_risk"),
        (position(50, 100, 50), None),
        (position(0, 0, 0), None),
    ],
)
def test_what_is_delivered_is_in_the_forecast_and_never_at_risk(said, field):
    assert (said.fault[0] if said.fault else None) == field


def test_what_one_saving_brings_beyond_its_amount_makes_up_for_no_other():
    total = total_of([(100, position(0, 150, 0)), (100, position(0, 60, 10)), (70, None)])

    assert (total.savings, total.amount, total.forecast, total.short) == (3, 270, 210, 40)
    assert (total.not_reported, total.amount_not_reported, total.at_risk) == (1, 70, 10)


@pytest.mark.parametrize("text", ["250000", "250,000", "£250,000", " £250000.00 "])
def test_pounds_are_read_as_people_write_them(text):
    assert read_pounds(text) == 250_000


@pytest.mark.parametrize("text", ["", "2.50", "25,00", "a lot", "-5", "£", "1" * 13])
def test_what_is_not_whole_pounds_is_refused(text):
    with pytest.raises(ValueError, match="write"):
        read_pounds(text)


def test_a_profile_is_kept_in_one_form_by_time():
    profile = read_profile("Q2 2012/13: £40,000\n2011/12 60000")

    assert written_profile(profile) == "2011/12 60000; Q2 2012/13 40000"
    assert read_profile(written_profile(profile)) == profile
    assert profile_fault(100_000, profile) == ""
    assert profile_fault(90_000, profile) == (
        "The profile comes to £100,000, and the saving is £90,000: make them the same"
    )


@pytest.mark.parametrize(
    "text",
    ["2011/12", "2011/13 5", "Q5 2011/12 5", "2011/12 5; 2011/12 6", "2011/12 5; Q1 2011/12 6"],
)
def test_a_profile_that_says_nothing_certain_is_refused(text):
    with pytest.raises(ValueError, match=r"write|twice|one way"):
        read_profile(text)


@pytest.mark.django_db
class TestReports:
    def report(self, saving, by, **given):
        said = {
            "as_at": DAY,
            "delivered": 10_000,
            "forecast": 100_000,
            "at_risk": 0,
            "note": "",
            "today": LATER,
        }
        return report_saving(saving=saving, by=by, **{**said, **given})

    def test_each_report_is_kept_and_the_latest_is_on_the_saving(self):
        saving = SavingFactory()

        self.report(saving, None)
        row = self.report(saving, None, as_at=LATER, delivered=30_000)

        assert [each.delivered for each in row.updates.all()] == [10_000, 30_000]
        assert (row.position.delivered, row.as_at) == (30_000, LATER)
        assert AuditEvent.objects.latest("pk").act == "reported on saving"

    def test_saying_the_same_again_changes_and_records_nothing(self):
        saving = self.report(SavingFactory(), None)
        acts = AuditEvent.objects.count()

        self.report(saving, None)

        assert (saving.updates.count(), AuditEvent.objects.count()) == (1, acts)

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"as_at": date(2011, 10, 1)}, "as_at"),
            ({"delivered": 100_001}, "forecast"),
            ({"at_risk": 90_001, "note": "So it is"}, "at_risk"),
            ({"at_risk": 1}, "note"),
            ({"forecast": 99_999}, "note"),
        ],
    )
    def test_what_cannot_be_so_or_is_not_explained_is_refused_at_its_field(self, given, field):
        with pytest.raises(Refused) as refused:
            self.report(SavingFactory(), None, **given)

        assert refused.value.field == field

    def test_an_earlier_day_than_the_last_report_is_refused(self):
        saving = self.report(SavingFactory(), None, as_at=LATER)

        with pytest.raises(Refused, match="30 September 2011"):
            self.report(saving, None, as_at=DAY)

    def test_one_that_has_ended_takes_no_more_reports(self):
        with pytest.raises(Refused, match="no more reports"):
            self.report(SavingFactory(ends_on=DAY), None)

    def test_only_its_owner_and_the_performance_team_report_on_it(self):
        saving = SavingFactory(owner=holder(PostKind.ACCOUNTABLE_MANAGER))

        with pytest.raises(PermissionDenied):
            self.report(saving, holder(PostKind.ACCOUNTABLE_MANAGER))
        self.report(saving, saving.owner)
        self.report(
            saving, holder(PostKind.PERFORMANCE_OFFICER, unit=CouncilFactory()), delivered=11_000
        )

        assert saving.updates.count() == 2

    def test_a_profile_of_another_amount_is_refused_and_a_reference_is_given_once(self):
        given = {
            "reference": "MTFP-1",
            "title": "Fewer leases",
            "amount": 100,
            "unit": UnitFactory(),
            "owner": UserFactory(),
            "by": None,
        }
        with pytest.raises(Refused) as refused:
            count_on_saving(**given, profile="2011/12 99")
        assert refused.value.field == "profile"
        assert count_on_saving(**given, profile="2011/12: £100").profile == "2011/12 100"
        with pytest.raises(Refused) as refused:
            count_on_saving(**given)
        assert refused.value.field == "reference"

    @pytest.mark.both_databases
    @pytest.mark.parametrize(
        "given",
        [
            {"amount": 0},
            {"delivered": 5},
            {"as_at": DAY, "delivered": 5, "forecast": 9, "at_risk": 5},
            {"title": ""},
        ],
    )
    def test_the_database_refuses_sums_that_cannot_be_so(self, given):
        with pytest.raises(IntegrityError), transaction.atomic():
            SavingFactory(**given)


@pytest.fixture
def officer(client):
    person = holder(PostKind.PERFORMANCE_OFFICER, unit=CouncilFactory())
    client.force_login(person)
    return person


@pytest.mark.django_db
def test_the_list_adds_up_and_puts_first_what_to_ask_about(client, officer):
    told = {"as_at": DAY, "delivered": 10_000}
    SavingFactory(title="Fine", amount=900_000, **told, forecast=900_000, at_risk=0)
    SavingFactory(title="Short", amount=50_000, **told, forecast=40_000, at_risk=0)
    SavingFactory(title="Silent", amount=70_000)
    SavingFactory(title="Gone", ends_on=DAY)

    page = client.get(reverse("savings")).content.decode()

    assert [each.title for each in savings_on(LATER)] == ["Short", "Fine", "Silent"]
    assert "3 savings of £1,020,000 together." in page
    assert (
        "£20,000 delivered and £940,000 forecast in all, of £950,000."
        " Nothing is reported yet of a further £70,000."
    ) in page
    assert "Gone" not in page
    assert sums(savings_on(LATER)).total.short == 10_000
    narrowed = client.get(reverse("savings"), {"stands": "short"}).content.decode()
    assert "1 saving of £50,000 together." in narrowed


@pytest.mark.django_db
def test_its_owner_reports_on_the_page_and_what_is_refused_stays_typed(client):
    owner = holder(PostKind.ACCOUNTABLE_MANAGER)
    saving = SavingFactory(owner=owner, profile="2011/12 100000")
    client.force_login(owner)
    typed = {
        "as_at_day": 1,
        "as_at_month": 4,
        "as_at_year": 2011,
        "delivered": "£20,000",
        "forecast": "80,000",
        "at_risk": "0",
        "note": "",
    }

    refused = client.post(reverse("report_saving", args=[saving.pk]), typed).content.decode()
    assert "Say why it falls short of £100,000" in refused
    assert 'value="£20,000"' in refused
    done = client.post(
        reverse("report_saving", args=[saving.pk]), {**typed, "note": "The lease runs on"}
    )

    assert done.url == saving.get_absolute_url()
    page = client.get(done.url).content.decode()
    assert "Forecast to fall short by £20,000" in page
    assert "2011/12" in page
    assert "The lease runs on" in page


@pytest.mark.django_db
@pytest.mark.parametrize("how_many", [1, 20])
def test_the_list_asks_as_much_for_twenty_as_for_one(
    client, officer, django_assert_max_num_queries, how_many
):
    for _ in range(how_many):
        SavingFactory()
    client.get(reverse("savings"))

    with django_assert_max_num_queries(14):
        client.get(reverse("savings"))


@pytest.mark.django_db
def test_what_was_known_of_a_saving_on_a_day_is_told_of_that_day():
    saving = SavingFactory()
    SavingUpdateFactory(saving=saving, number=1)

    assert saving.known_on(DAY) is None
    assert saving.known_on(LATER).position == position(25_000, 100_000, 0)
    assert Saving.objects.get().position is None, "its own columns are the service’s to move"
