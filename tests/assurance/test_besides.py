"""What PAT and DAT receive besides their agenda, on the meeting's page and in the pack."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from assurance.queries.besides import received_by
from assurance.queries.pack_document import pack_document
from assurance.services import packs
from organisation.models.council import AssuranceTeams, Council
from organisation.queries import forget_council
from reports.packs import render_pack
from sorp.lexicon import Topic
from strategy.rules.projects import Confidence
from tests.assurance.factories import MeetingFactory, TeamFactory, chair_of
from tests.factories import IndicatorFactory, UserFactory, rated
from tests.indicators.factories import (
    BreakdownFactory,
    DimensionFactory,
    PartFactory,
    PartResultFactory,
    PartsRevisionFactory,
)
from tests.strategy.factories import (
    ProjectFactory,
    ProjectReportFactory,
    RiskAssessmentFactory,
    RiskFactory,
    SavingFactory,
    SavingUpdateFactory,
)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("sorp_in_force", "on_the_day_of_the_meeting"),
]
DAY = date(2011, 11, 14)


def of_topic(topic, ratings="GR", **given):
    indicator = IndicatorFactory(topic=topic, **given)
    rated(indicator, ratings)
    return indicator


@pytest.fixture
def held_by_council(sorp_in_force):
    """One of everything that a team receives besides, and one of each that goes well."""
    of_topic(Topic.CUSTOMERS, reference="CU-1", title="Complaints answered in time")
    of_topic(Topic.STAFF, reference="ST-1", title="Days lost to sickness")
    of_topic(Topic.SUPPORT, reference="SU-1", title="Requests to legal services")
    of_topic("", reference="HT-1", title="Potholes repaired")
    risk = RiskFactory(reference="CRR-BRIDGE", title="Bridge closes", appetite=9)
    RiskAssessmentFactory(risk=risk, likelihood=5, impact=4)
    RiskAssessmentFactory(risk=RiskFactory(appetite=12), likelihood=2, impact=2)
    project = ProjectFactory(name="New depot", lead=UserFactory())
    ProjectReportFactory(project=project, confidence=Confidence.LOW)
    SavingUpdateFactory(
        saving=SavingFactory(reference="SAVING-1", title="Fewer offices"), at_risk=5_000
    )
    SavingFactory(reference="SAVING-2")


@pytest.mark.usefixtures("held_by_council")
@pytest.mark.parametrize(
    ("team", "topics", "has_delivery"),
    [
        ({}, ["customers", "staff"], False),
        ({"dat": True}, ["support"], True),
    ],
    ids=["PAT", "DAT"],
)
def test_each_team_receives_what_the_paper_gives_it(team, topics, has_delivery):
    received = received_by(MeetingFactory(team=TeamFactory(**team)), day=DAY)

    assert [topic.value for topic, _ in received.topics] == topics
    assert [each.risk.reference for each in received.risks] == ["CRR-BRIDGE"]
    assert bool(received.projects) == has_delivery
    assert bool(received.savings) == has_delivery
    assert received.savings_in_words == (
        "£25,000 delivered and £100,000 forecast, of £100,000 that is reported on; £5,000 of the "
        "forecast is at risk."
        if has_delivery
        else ""
    )


@pytest.mark.usefixtures("held_by_council")
def test_a_councils_one_team_receives_all_of_it():
    Council.objects.create(pk=Council.ONLY, name="Wealdshire", teams=AssuranceTeams.ONE)
    forget_council()

    received = received_by(MeetingFactory(), day=DAY)

    forget_council()

    assert [topic.value for topic, _ in received.topics] == ["customers", "staff", "support"]
    assert received.projects
    assert received.savings


@pytest.mark.usefixtures("held_by_council")
@pytest.mark.parametrize(
    ("team", "there", "not_there"),
    [
        ({}, ["Complaints answered in time", "Days lost to sickness"], ["Requests to legal"]),
        ({"dat": True}, ["Requests to legal services", "New depot"], ["Days lost to sickness"]),
    ],
    ids=["PAT", "DAT"],
)
def test_page_and_pack_show_it(team, there, not_there, client):
    meeting = MeetingFactory(team=TeamFactory(**team))
    chair = chair_of(meeting.team)
    client.force_login(chair)

    page = client.get(meeting.get_absolute_url()).content.decode()
    frozen, _ = packs.freeze_pack(meeting=meeting, by=chair)
    pack = render_pack(pack=frozen).html

    for words in (*there, "Bridge closes"):
        assert words in pack
        assert words in page or words == "New depot"
    for words in (*not_there, "Potholes repaired"):
        assert words not in page
        assert words not in pack
    assert (reverse("savings") in page) == ("dat" in team)


def test_a_council_that_has_none_of_it_reads_nothing_of_it(client):
    meeting = MeetingFactory()
    client.force_login(chair_of(meeting.team))

    assert "Besides the agenda" not in client.get(meeting.get_absolute_url()).content.decode()
    assert not {"topics", "risks", "projects", "savings"} & set(
        pack_document(meeting, known_on=DAY)
    )


def test_staff_figures_come_with_their_parts_by_directorate():
    sickness = of_topic(Topic.STAFF, reference="ST-1", measure_unit="days", decimals=1)
    dimension = DimensionFactory(key="directorate", name="Directorate")
    BreakdownFactory(indicator=sickness, dimension=dimension)
    revision = PartsRevisionFactory(
        indicator=sickness, dimension=dimension, quarter=MeetingFactory().quarter
    )
    for name, value in (("Adults", "8.2"), ("Highways", "6.1")):
        PartResultFactory(
            revision=revision,
            part=PartFactory(dimension=dimension, name=name),
            value=Decimal(value),
            numerator=None,
            denominator=None,
        )

    document = pack_document(MeetingFactory(), known_on=DAY)

    ((line,),) = [each["indicators"] for each in document["topics"]]
    assert [(each["name"], each["value"]) for each in line["parts"]] == [
        ("Adults", "8.2"),
        ("Highways", "6.1"),
    ]


@pytest.mark.parametrize("how_many", [1, 20])
def test_it_takes_as_many_queries_for_20_as_for_1(how_many, django_assert_num_queries):
    for _ in range(how_many):
        of_topic(Topic.SUPPORT)
        RiskAssessmentFactory(risk=RiskFactory(appetite=9))
        ProjectReportFactory(project=ProjectFactory(lead=UserFactory()))
        SavingUpdateFactory()
    meeting = MeetingFactory(team=TeamFactory(dat=True))

    with django_assert_num_queries(15):
        received = received_by(meeting, day=DAY)

    assert len(received.risks) == len(received.projects) == len(received.savings) == how_many
