"""A pack is drawn from its frozen document: accessible, the same every time, and just once."""

import io
from datetime import date

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from assurance.services import packs
from core import jobs
from core.models.jobs import Job
from core.quarters import Quarter
from reports import tasks
from reports.packs import pack_files, render_pack
from sorp.lexicon import Level
from tests.assurance.factories import (
    ActionFactory,
    ActionPlanFactory,
    AgreedActionFactory,
    CallInFactory,
    ChallengeFactory,
    DecisionFactory,
    EscalationFactory,
    MeetingFactory,
    PaperFactory,
    chair_of,
)
from tests.factories import IndicatorFactory, rated
from tests.reports.structure import faults, objections

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sorp_in_force")]
HOSTILE = '<img src="file:///etc/passwd"><script>alert(1)</script> & "quotes"'


@pytest.fixture
def pack():
    """A meeting with one indicator called in, its plan, what was asked and decided, and a paper."""
    meeting = MeetingFactory()
    indicator = IndicatorFactory(title="Potholes repaired", reference="HW-01")
    rated(indicator, "GAR", since=Quarter(2010, 4))
    EscalationFactory(indicator=indicator, level=Level.PAT)
    plan = ActionPlanFactory(indicator=indicator, cause=HOSTILE)
    ActionFactory(plan=plan, description="Recruit to the gangs")
    called = CallInFactory(meeting=meeting, indicator=indicator)
    ChallengeFactory(call_in=called, text="Why so late?")
    DecisionFactory(call_in=called, text="The plan is to be rewritten")
    AgreedActionFactory(call_in=called, what="Rewrite the plan")
    PaperFactory(meeting=meeting, title="Complaints", text=HOSTILE)
    frozen, _ = packs.freeze_pack(meeting=meeting, by=chair_of(meeting.team))
    return frozen


def test_the_page_tells_each_story_whole(pack):
    page, _ = pack_files(pack)

    for words in (
        "Potholes repaired",
        "Why it is here",
        "Recruit to the gangs",
        "Why so late?",
        "The plan is to be rewritten",
        "Rewrite the plan",
        "Complaints",
    ):
        assert words in page
    assert "<script" not in page
    assert "<img" not in page


def test_the_pdf_has_the_structure_of_an_accessible_pdf(pack):
    _, pdf = pack_files(pack)

    assert faults(pdf) == []
    assert b"root:" not in pdf


def test_verapdf_calls_the_pack_compliant(pack, tmp_path):
    drawn = tmp_path / "pack.pdf"
    drawn.write_bytes(pack_files(pack)[1])

    assert objections(drawn) == ""


def test_drawing_twice_gives_the_same_bytes_and_keeps_them_once(pack):
    page, pdf = pack_files(pack)
    assert pack_files(pack) == (page, pdf)

    drawn = render_pack(pack=pack)
    again = render_pack(pack=drawn)

    assert (again.html, bytes(again.pdf), again.drawn_at) == (page, pdf, drawn.drawn_at)


def test_an_empty_pack_can_be_drawn_too():
    meeting = MeetingFactory(meets_on=date(2011, 12, 5))
    pack, _ = packs.freeze_pack(meeting=meeting, by=chair_of(meeting.team))

    page, pdf = pack_files(pack)

    assert "Nothing was called in." in page
    assert faults(pdf) == []


def test_the_job_run_twice_draws_once(pack):
    for attempt in (1, 2):
        job = jobs.request(
            kind="draw_pack", key=f"draw_pack {attempt}", arguments={"pack": pack.pk}, by=None
        )
        assert jobs.run(job.pk)
        job.refresh_from_db()
        assert (job.state, job.message) == ("done", f"{pack} is drawn.")

    pack.refresh_from_db()
    assert pack.drawn_at is not None


def test_build_pack_writes_a_folder(pack, tmp_path):
    said = io.StringIO()
    day = pack.meeting.meets_on.isoformat()

    call_command("build_pack", "pat", day, output=tmp_path / "out", stdout=said)

    assert {each.name for each in (tmp_path / "out").iterdir()} == {
        "pack.html", "pack.pdf", "pack.json", "SHA256SUMS",
    }  # fmt: skip
    assert "pack.pdf" in said.getvalue()


@pytest.mark.parametrize(
    ("day", "advice"),
    [("14/11/2011", "write it like 2011-11-14"), ("1999-01-01", "PAT does not meet on 1 January")],
)
def test_a_meeting_that_is_not_there_is_told_in_words(day, advice, tmp_path):
    with pytest.raises(CommandError, match=advice):
        call_command("build_pack", "pat", day, output=tmp_path / "out")


def test_a_meeting_without_a_pack_is_told_what_to_do(tmp_path):
    meeting = MeetingFactory()

    with pytest.raises(CommandError, match="freeze it on the meeting's page"):
        call_command("build_pack", "pat", meeting.meets_on.isoformat(), output=tmp_path / "out")


def test_a_pack_that_nobody_asked_to_be_drawn_is_owed_its_drawing_once(pack):
    assert tasks.request_missing_renderings() == 1
    assert tasks.request_missing_renderings() == 0

    job = Job.objects.get(kind="draw_pack")
    assert (job.arguments, job.requested_by) == ({"pack": pack.pk}, None)
    assert jobs.run(job.pk)
    pack.refresh_from_db()
    assert pack.drawn_at is not None


def test_a_pack_whose_drawing_failed_waits_for_the_button(pack):
    tasks.request_missing_renderings()
    Job.objects.update(state=Job.State.FAILED)

    assert tasks.request_missing_renderings() == 0


def test_a_pack_that_is_drawn_is_owed_nothing(pack):
    render_pack(pack=pack)

    assert tasks.request_missing_renderings() == 0
