"""The pages on which a council's own scorecard is brought: who may, what is asked, what is written."""

import io
import re
import zipfile
from decimal import Decimal

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.models.audit import AuditEvent
from core.quarters import Quarter
from core.tables.workbooks import LOCKED_STREAM, OLD_OFFICE
from indicators.models.definitions import Indicator, Target
from indicators.models.ratings import Rating
from indicators.models.results import Result
from indicators.models.scorecards import ScorecardUpload
from indicators.scorecards import bringing
from indicators.scorecards.bringing import (
    AnsweredMeanwhile,
    NotOpenAnyMore,
    answer_scorecard,
    keep_scorecard,
    put_scorecard_away,
    try_scorecard,
    write_scorecard,
)
from indicators.scorecards.reading import LARGEST_FILE
from indicators.scorecards.settling import AS_READ, ScorecardAnswers
from organisation.rules import PostKind
from sorp.lexicon import Polarity, Rag, RatingMethod
from tests.factories import CouncilFactory, IndicatorFactory, UnitFactory, UserFactory, holder
from tests.indicators.scorecard_layouts import workbook

pytestmark = pytest.mark.django_db
HEAD = ["Ref", "Indicator", "Unit", "Good is", "Target", "Q1", "RAG", "Comment"]
CALLS = ["A1", "Calls answered", "%", "High", 90, 91.5, "G", "On course."]
CLAIMS = ["A2", "Days to decide a claim", "Days", "Low", 20, 21, "A", None]
MISSED = ["A3", "Bins missed", "No.", "Low", 100, 130, "R", None]


@pytest.fixture(autouse=True)
def in_july():
    with time_machine.travel("2011-07-20 10:00 +0000", tick=False):
        yield


@pytest.fixture
def place(sorp_in_force):
    return UnitFactory(code="PLACE", name="Place")


@pytest.fixture
def officer(place):
    return holder(PostKind.PERFORMANCE_OFFICER, unit=CouncilFactory())


@pytest.fixture
def manager(place):
    return holder(PostKind.ACCOUNTABLE_MANAGER, unit=place)


def rows_of(*rows, title="Scorecard 2011/12"):
    return workbook(Place=[[title], [], HEAD, *rows])


def brought(by, *rows, name="scorecard.xlsx", **options):
    content = rows_of(*(rows or (CALLS, CLAIMS, MISSED)), **options)
    return keep_scorecard(files=[(name, content)], by=by)


def answers_for(manager, **more):
    return ScorecardAnswers(units={"Place": "PLACE"}, manager=manager.email, **more)


def page_of(response):
    return response.content.decode().replace("&#x27;", "'")


def send(client, user, content, name="scorecard.xlsx"):
    client.force_login(user)
    return client.post(
        reverse("set_up_scorecards"), {"file": SimpleUploadedFile(name, content)}, follow=True
    )


# From the upload to the history


def test_a_scorecard_is_uploaded_answered_looked_at_and_written(client, officer, manager):
    page = send(client, officer, rows_of(CALLS, CLAIMS, MISSED))
    upload = ScorecardUpload.objects.get()
    assert page.redirect_chain[-1][0] == reverse("scorecard", args=[upload.token])
    assert "Calls answered" in page_of(page)
    assert "Place!B4" in page_of(page)
    assert not Indicator.objects.exists()

    said = {"answered": 0, "unit_0": "PLACE", "manager": manager.email}
    page = client.post(reverse("scorecard", args=[upload.token]), said, follow=True)
    assert "Save all of it" in page_of(page)
    assert "3 of 3 are what our rules give" in page_of(page)
    assert not Indicator.objects.exists()

    page = client.post(
        reverse("scorecard_check", args=[upload.token]), {"answered": 1}, follow=True
    )
    assert "scorecard.xlsx is saved: 3 new indicators, 3 targets, 3 results" in page_of(page)
    calls = Indicator.objects.get(reference="A1")
    assert (calls.unit.code, calls.accountable_manager) == ("PLACE", manager)
    assert calls.method == RatingMethod.TOLERANCE
    assert Indicator.objects.get(reference="A2").polarity == Polarity.LOWER
    assert Target.objects.get(indicator=calls).target == 90
    assert Result.objects.count() == 3
    rated = {r.indicator.reference: r.rag for r in Rating.objects.latest_ones()}
    assert rated == {"A1": Rag.GREEN, "A2": Rag.AMBER, "A3": Rag.RED}
    upload.refresh_from_db()
    assert upload.sheets == []
    assert upload.written_by == officer


def test_what_is_done_with_a_scorecard_is_recorded(officer, manager):
    upload = brought(officer)
    answer_scorecard(token=upload.token, answers=answers_for(manager), answered=0, by=officer)
    write_scorecard(
        token=upload.token, answered=1, by=officer, today=Quarter(2011, 1).next().first_day
    )
    put_scorecard_away(token=brought(officer).token, by=officer)
    acts = set(AuditEvent.objects.values_list("act", flat=True))
    assert {
        "brought scorecard",
        "answered scorecard",
        "wrote scorecard",
        "put scorecard away",
    } <= acts


def test_commentary_comes_with_the_latest_figure(officer, manager):
    upload = brought(officer, CALLS)
    answer_scorecard(token=upload.token, answers=answers_for(manager), answered=0, by=officer)
    write_scorecard(token=upload.token, answered=1, by=officer, today=Quarter(2011, 2).first_day)
    (revision,) = Result.objects.get().revisions.all()
    assert (revision.value, revision.commentary) == (Decimal("91.5"), "On course.")


def test_nothing_is_written_until_it_is_said_whose_they_are(client, officer, manager):
    upload = brought(officer)
    client.force_login(officer)
    page = client.post(reverse("scorecard_check", args=[upload.token]), {"answered": 0})
    assert page.status_code == 409
    assert "Say whose these are: Place" in page_of(page)
    assert "Say who answers for the indicators" in page_of(page)
    assert not Indicator.objects.exists()


def test_an_open_question_has_to_be_answered_first(client, officer, manager):
    row = [*CALLS[:5], "91.5%†", "G", None]
    upload = brought(officer, row)
    answer_scorecard(token=upload.token, answers=answers_for(manager), answered=0, by=officer)
    client.force_login(officer)
    assert "1 question is still open" in page_of(
        client.get(reverse("scorecard_check", args=[upload.token]))
    )
    page = page_of(client.get(reverse("scorecard", args=[upload.token])))
    assert "Place!F4, value: no note says what † beside the figure means" in page
    (question,) = set(re.findall(r'name="(question_[0-9a-f]+)"', page))
    said = {"answered": 1, "unit_0": "PLACE", "manager": manager.email, question: AS_READ}
    page = client.post(reverse("scorecard", args=[upload.token]), said, follow=True)
    assert "Save all of it" in page_of(page)


def test_what_is_left_out_is_not_written(officer, manager):
    upload = brought(officer, [*CALLS[:5], "91.5%†", "G", None], CLAIMS)
    read = bringing.read_with(upload.files, ScorecardAnswers())
    (asked,) = bringing.asked_of(read, ScorecardAnswers())
    answers = answers_for(manager, questions={asked.key: "left out"})
    answer_scorecard(token=upload.token, answers=answers, answered=0, by=officer)
    write_scorecard(token=upload.token, answered=1, by=officer, today=Quarter(2011, 2).first_day)
    assert [each.indicator.reference for each in Result.objects.all()] == ["A2"]


def test_one_click_says_that_all_the_rest_is_right(officer, manager):
    upload = brought(officer, [*CALLS[:5], "91.5%†", "G", None], [*CLAIMS[:5], "21‡", "A", None])
    answers = answers_for(manager, others_are_right=True)
    answer_scorecard(token=upload.token, answers=answers, answered=0, by=officer)
    trial = try_scorecard(upload_of(upload), by=officer, today=Quarter(2011, 2).first_day)
    assert trial.mendings == []
    assert not Indicator.objects.exists()


def upload_of(upload):
    return ScorecardUpload.objects.get(pk=upload.pk)


def test_a_column_that_was_taken_for_something_else_is_put_right_once_for_all(officer, manager):
    upload = keep_scorecard(
        files=[
            (
                "s.xlsx",
                workbook(
                    Place=[
                        ["Scorecard 2011/12"],
                        ["Ref", "Indicator", "Good is", "Aspiration", "Q1"],
                        ["A1", "Calls answered", "High", 90, 91.5],
                        ["A2", "Claims decided in time", "High", 80, 70],
                    ]
                ),
            )
        ],
        by=officer,
    )
    answers = answers_for(manager, roles={"aspiration": "target"})
    answer_scorecard(token=upload.token, answers=answers, answered=0, by=officer)
    write_scorecard(token=upload.token, answered=1, by=officer, today=Quarter(2011, 2).first_day)
    assert set(Target.objects.values_list("target", flat=True)) == {90, 80}


def test_a_year_that_no_title_says_is_asked_for_and_then_holds(client, officer, manager):
    upload = brought(officer, CALLS, title="Scorecard")
    client.force_login(officer)
    page = client.get(reverse("scorecard", args=[upload.token]))
    assert "In which financial year are these figures?" in page_of(page)
    said = {
        "answered": 0,
        "year": 2011,
        "unit_0": "PLACE",
        "manager": manager.email,
        "others_are_right": "on",
    }
    page = client.post(reverse("scorecard", args=[upload.token]), said, follow=True)
    assert "Save all of it" in page_of(page)
    client.post(reverse("scorecard_check", args=[upload.token]), {"answered": 1})
    assert Result.objects.get().quarter == Quarter(2011, 1)


# Again, and by several


def test_what_was_said_is_offered_for_the_next_file_of_the_shape(officer, manager):
    first = brought(officer)
    answers = answers_for(manager, roles={"comment": "not read"})
    answer_scorecard(token=first.token, answers=answers, answered=0, by=officer)
    again = brought(officer, [*CALLS[:5], 92, "G", None], name="next quarter.xlsx")
    kept = bringing.answers_of(again)
    assert (kept.units, kept.manager, kept.roles) == (
        {"Place": "PLACE"},
        manager.email,
        {"comment": "not read"},
    )
    other = keep_scorecard(
        files=[
            (
                "other.xlsx",
                workbook(
                    Place=[["2011/12"], ["Measure", "Aim", "Q1"], ["Calls answered", "High", 90]]
                ),
            )
        ],
        by=officer,
    )
    assert bringing.answers_of(other) == ScorecardAnswers()


def test_the_same_scorecard_again_changes_nothing(officer, manager):
    for _ in range(2):
        upload = brought(officer)
        answer_scorecard(token=upload.token, answers=answers_for(manager), answered=0, by=officer)
        write_scorecard(
            token=upload.token, answered=1, by=officer, today=Quarter(2011, 2).first_day
        )
    assert upload_of(upload).outcome.startswith("0 new indicators, 0 targets, 0 results")
    assert Indicator.objects.count() == 3
    assert Result.objects.count() == 3


def test_an_indicator_without_a_reference_is_the_one_that_stands_under_its_title(officer, manager):
    IndicatorFactory(reference="PI-7", title="Calls answered", first_quarter=Quarter(2011, 1))
    head, row = HEAD[1:], CALLS[1:]
    upload = keep_scorecard(
        files=[("s.xlsx", workbook(Place=[["2011/12"], head, row]))], by=officer
    )
    answer_scorecard(token=upload.token, answers=answers_for(manager), answered=0, by=officer)
    write_scorecard(token=upload.token, answered=1, by=officer, today=Quarter(2011, 2).first_day)
    assert [each.reference for each in Indicator.objects.all()] == ["PI-7"]
    assert Result.objects.get().indicator.reference == "PI-7"


def test_somebody_else_who_answered_meanwhile_is_named_and_nothing_is_overwritten(
    client, officer, manager
):
    upload = brought(officer)
    other = holder(PostKind.PERFORMANCE_OFFICER, unit=CouncilFactory(), name="Olive Other")
    answer_scorecard(token=upload.token, answers=answers_for(manager), answered=0, by=other)
    client.force_login(officer)
    page = client.post(reverse("scorecard", args=[upload.token]), {"answered": 0, "unit_0": ""})
    assert page.status_code == 409
    assert "Meanwhile Olive Other answered about scorecard.xlsx" in page_of(page)
    assert bringing.answers_of(upload_of(upload)).manager == manager.email
    with pytest.raises(AnsweredMeanwhile):
        write_scorecard(
            token=upload.token, answered=0, by=officer, today=Quarter(2011, 2).first_day
        )


def test_one_that_is_written_or_put_away_takes_no_more_answers(officer, manager):
    written, away = brought(officer), brought(officer)
    answer_scorecard(token=written.token, answers=answers_for(manager), answered=0, by=officer)
    write_scorecard(token=written.token, answered=1, by=officer, today=Quarter(2011, 2).first_day)
    put_scorecard_away(token=away.token, by=officer)
    for upload in (written, away):
        with pytest.raises(NotOpenAnyMore):
            answer_scorecard(token=upload.token, answers=ScorecardAnswers(), answered=1, by=officer)
        with pytest.raises(NotOpenAnyMore):
            put_scorecard_away(token=upload.token, by=officer)


# All of it or nothing


def test_one_row_that_cannot_be_written_leaves_nothing_and_names_its_cell(officer, manager):
    upload = brought(officer, CALLS, ["A (2)", *CLAIMS[1:]])
    answer_scorecard(token=upload.token, answers=answers_for(manager), answered=0, by=officer)
    trial = try_scorecard(upload_of(upload), by=officer, today=Quarter(2011, 2).first_day)
    (mending,) = trial.mendings
    assert "use letters, figures" in mending.what_to_do
    assert mending.places == ("Place!B5",)
    with pytest.raises(bringing.Refused):
        write_scorecard(
            token=upload.token, answered=1, by=officer, today=Quarter(2011, 2).first_day
        )
    assert not Indicator.objects.exists()
    assert not Result.objects.exists()


def test_figures_of_a_quarter_that_has_not_ended_are_refused_with_their_cells(officer, manager):
    upload = brought(officer, CALLS)
    answer_scorecard(token=upload.token, answers=answers_for(manager), answered=0, by=officer)
    trial = try_scorecard(upload_of(upload), by=officer, today=Quarter(2011, 1).first_day)
    assert [each.places for each in trial.mendings] == [("Place!F4",)]


def test_a_status_that_our_rules_do_not_give_is_told_with_its_cell(client, officer, manager):
    odd = [*MISSED[:6], "G", None]
    upload = brought(officer, CALLS, CLAIMS, odd)
    answers = answers_for(manager, others_are_right=True)
    answer_scorecard(token=upload.token, answers=answers, answered=0, by=officer)
    client.force_login(officer)
    page = page_of(client.get(reverse("scorecard_check", args=[upload.token])))
    assert "Statuses that would differ from those printed" in page
    assert "Place!G6" in page


# Who, and what is refused


def bomb():
    """A workbook with one part more, which is nothing but zeroes."""
    out = io.BytesIO(workbook(Place=[["Scorecard"]]))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", b"0" * 40_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (PostKind.PERFORMANCE_OFFICER, 200),
        (PostKind.ACCOUNTABLE_MANAGER, 403),
        (PostKind.DIRECTOR, 403),
        (PostKind.MEMBER, 403),
        (None, 403),
    ],
)
def test_performance_officers_alone_bring_scorecards(client, officer, place, kind, status):
    upload = brought(officer)
    client.force_login(holder(kind, unit=place) if kind else UserFactory())
    for name, arguments in (("set_up_scorecards", []), ("scorecard", [upload.token])):
        assert client.get(reverse(name, args=arguments)).status_code == status


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "The selected file is empty"),
        (b"%PDF-1.7", "The selected file is a PDF"),
        (workbook(Sheet1=[["Minutes of a meeting"]]), "has nothing that reads as an indicator"),
        (bytes(LARGEST_FILE + 1), "The selected file must be 10 MB or smaller"),
        (OLD_OFFICE + bytes(600) + LOCKED_STREAM, "The selected file is password protected"),
        (bomb(), "expands to far more than a scorecard does"),
    ],
    ids=["empty", "PDF", "minutes", "too big", "password", "bomb"],
)
def test_a_file_that_cannot_be_taken_is_refused_beside_the_box(client, officer, content, says):
    page = send(client, officer, content)
    assert says in page_of(page)
    assert not ScorecardUpload.objects.exists()


def test_a_file_sent_as_text_is_told_like_none(client, officer):
    client.force_login(officer)
    page = client.post(reverse("set_up_scorecards"), {"file": "scorecard.xlsx"})
    assert "Choose a file" in page_of(page)


def test_the_list_takes_as_many_queries_for_one_as_for_twenty(
    client, officer, django_assert_max_num_queries
):
    client.force_login(officer)
    brought(officer)
    with django_assert_max_num_queries(40) as one:
        client.get(reverse("set_up_scorecards"))
    first = len(one)
    for _ in range(19):
        ScorecardUpload.objects.create(
            name="s.xlsx", sha256="0" * 64, shapes="1" * 64, uploaded_by=officer
        )
    with django_assert_max_num_queries(first):
        client.get(reverse("set_up_scorecards"))


def test_a_cell_that_says_there_is_no_figure_is_told_with_its_place_and_nothing_is_written(
    client, officer, manager
):
    absent = ["A4", "Calls returned", "%", "High", 90, "n/a", None, None]
    client.force_login(officer)
    upload = brought(officer, CALLS, absent)

    page = page_of(client.get(reverse("scorecard", args=[upload.token])))
    assert "1 cell says that there is no figure" in page
    assert "“n/a”: A4 Q1 2011/12 (Place!F5)" in " ".join(page.split())

    answer_scorecard(token=upload.token, answers=answers_for(manager), answered=0, by=officer)
    page = page_of(client.get(reverse("scorecard_check", args=[upload.token])))
    assert "1, such as “n/a” in Place!F5: these quarters stay without a result" in page
    write_scorecard(token=upload.token, answered=1, by=officer, today=Quarter(2011, 2).first_day)
    assert [each.indicator.reference for each in Result.objects.all()] == ["A1"]


def test_what_is_asked_of_several_cells_is_answered_once_and_one_of_them_otherwise(
    client, officer, manager
):
    """A year's target on a sheet of its own for each directorate: one answer, not one a sheet."""
    sheets = {
        name: [
            ["Scorecard 2011/12"],
            [],
            HEAD,
            [reference, f"Calls in {name}", *CALLS[2:5], "91.5%†", "G", None],
        ]
        for name, reference in (("Place", "A1"), ("Care", "B1"), ("Schools", "C1"))
    }
    upload = keep_scorecard(files=[("scorecard.xlsx", workbook(**sheets))], by=officer)
    client.force_login(officer)
    page = page_of(client.get(reverse("scorecard", args=[upload.token])))
    assert "3 times: no note says what † beside the figure means" in page
    first = re.findall(r'name="(question_[0-9a-f]+)"', page)[0]

    said = {"every_unit": "PLACE", "manager": manager.email, "every_question_0": AS_READ}
    client.post(
        reverse("scorecard", args=[upload.token]), said | {"answered": 0, first: "left out"}
    )
    write_scorecard(token=upload.token, answered=1, by=officer, today=Quarter(2011, 2).first_day)

    assert Indicator.objects.count() == 3
    assert Result.objects.count() == 2
