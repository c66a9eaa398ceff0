"""A council with one assurance team for both tasks: one to set up, one to seat, one in every sentence."""

from datetime import date

import pytest
from django.urls import reverse

from assurance.models.teams import Team
from assurance.queries.meetings import meeting_sheet
from assurance.queries.pack_document import pack_document
from assurance.queries.seats import (
    looks_at_delivery,
    not_as_the_council_says,
    teams_of_council,
)
from assurance.rules import TeamCode
from assurance.services.teams import establish_team
from core.own_words import in_own_words, said_at_the_head, spoken
from core.refusals import Refused
from organisation.models.council import AssuranceTeams, Council
from organisation.queries import council_facts, forget_council
from organisation.rules import PostKind
from tests.assurance.factories import MeetingFactory, TeamFactory
from tests.factories import CouncilFactory, UserFactory, holder
from tests.strategy.factories import MilestoneFactory

pytestmark = pytest.mark.django_db
DAY = date(2011, 11, 1)


@pytest.fixture
def says():
    def say(teams, **words):
        Council.objects.update_or_create(
            pk=Council.ONLY, defaults={"name": "Wealdshire", "teams": teams, "words": words}
        )
        forget_council()

    yield say
    forget_council()


@pytest.fixture
def officer(client):
    person = holder(PostKind.PERFORMANCE_OFFICER, unit=CouncilFactory())
    client.force_login(person)
    return person


@pytest.mark.parametrize(
    ("teams", "codes"),
    [
        (AssuranceTeams.BOTH, (TeamCode.PAT, TeamCode.DAT)),
        (AssuranceTeams.ONE, (TeamCode.PAT,)),
        (AssuranceTeams.NONE, ()),
    ],
)
def test_a_council_has_the_teams_that_it_says(says, officer, teams, codes):
    says(teams)

    assert teams_of_council() == codes
    for code in TeamCode:
        if code in codes:
            assert establish_team(code=code, by=officer).code == code
        else:
            with pytest.raises(Refused, match="The council’s page says that it has"):
                establish_team(code=code, by=officer)


def test_of_one_team_no_second_is_offered(says, officer, client):
    says(AssuranceTeams.ONE)
    page = client.get(reverse("set_up_teams_new")).content.decode()
    assert 'value="pat"' in page
    assert 'value="dat"' not in page
    establish_team(code=TeamCode.PAT, by=officer)

    assert client.get(reverse("set_up_teams_new")).status_code == 404
    assert reverse("set_up_teams_new") not in client.get(reverse("set_up_teams")).content.decode()


def test_a_team_too_many_is_to_be_ended(says, officer, client):
    TeamFactory(code="pat")
    TeamFactory(code="dat", name="Delivery Board")
    assert not_as_the_council_says(DAY) == ()
    says(AssuranceTeams.ONE)

    (told,) = not_as_the_council_says(DAY)

    assert (
        told == "The council says that it has one team, but Delivery Board is still in use: end it"
    )
    assert told in client.get(reverse("set_up_teams")).content.decode()
    assert told in client.get(reverse("set_up")).content.decode()
    Team.objects.filter(code="dat").update(ends_on=date(2011, 10, 31))
    assert not_as_the_council_says(DAY) == ()


@pytest.mark.parametrize("teams", list(AssuranceTeams))
def test_the_one_team_looks_at_what_is_late_in_delivery_too(says, sorp_in_force, teams):
    meeting = MeetingFactory()
    MilestoneFactory(due_on=date(2011, 1, 31), title="Late library")
    says(teams)
    sees = teams is AssuranceTeams.ONE

    assert looks_at_delivery(meeting.team) is sees
    assert (
        bool(
            meeting_sheet(meeting, known_on=meeting.meets_on, reader=UserFactory()).late_milestones
        )
        is sees
    )
    document = pack_document(meeting, known_on=meeting.meets_on)
    assert bool(document["late_milestones"]) is sees


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Seats on PAT and DAT", "Seats on the Panel"),
        ("a seat on PAT or DAT, from then on", "a seat on the Panel, from then on"),
        ("referred to PAT", "referred to the Panel"),
        ("PAT-1 and DAT", "PAT-1 and DAT"),
    ],
)
def test_no_sentence_speaks_of_two(says, ours, theirs):
    says(AssuranceTeams.ONE, pat="the Panel")
    with spoken(council_facts().said):
        assert in_own_words(ours) == theirs
        assert "teams" not in said_at_the_head()
    says(AssuranceTeams.ONE)
    with spoken(council_facts().said):
        assert in_own_words(ours) == theirs.replace("the Panel", "PAT")
    says(AssuranceTeams.BOTH)
    with spoken(council_facts().said):
        assert in_own_words(ours) == ours


def test_without_a_team_the_menu_has_no_entry_for_one(says, officer, client):
    home = reverse("home")
    entry = f'href="{reverse("assurance")}"'
    assert entry in client.get(home).content.decode()
    says(AssuranceTeams.NONE)

    assert entry not in client.get(home).content.decode()
