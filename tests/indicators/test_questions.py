"""Questions about figures are kept with the result, answered by whoever may, shown beside the RAG, never in the way."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from core.models.audit import AuditEvent
from core.quarters import Quarter
from escalation.services.closing import close_quarter
from indicators.models.questions import Question
from indicators.models.results import Revision
from indicators.models.returns import Draft
from indicators.queries.questions import data_confidence_of, questions_to_answer
from indicators.queries.sign_off import sign_off_sheets
from indicators.queries.standings import standings
from indicators.rules.entry import ResultGiven
from indicators.rules.questions import IT_IS_RIGHT, ConfidenceLevel, QuestionKey
from indicators.services.questions import CannotAnswer, answer_question
from indicators.services.results import revise_result, submit_result
from organisation.rules import PostKind
from tests.factories import IndicatorFactory, RevisionFactory, TargetFactory, UserFactory, holder

pytestmark = pytest.mark.django_db
Q1 = Quarter(2011, 1)
NOUGHT = "0.0% after 92.0%: is there a figure at all?"


@pytest.fixture(autouse=True)
def in_july():
    with time_machine.travel("2011-07-20 10:00 +0000", tick=False):
        yield


def give(indicator, value, quarter=Q1, *, by=None, answers=None, commentary=""):
    revision, _ = submit_result(
        indicator=indicator,
        quarter=quarter,
        given=ResultGiven(value=Decimal(value), commentary=commentary),
        today=date(2011, 7, 20),
        by=by,
        answers=answers or {},
    )
    return revision


def with_a_year(**definition):
    indicator = IndicatorFactory(**definition)
    TargetFactory(indicator=indicator, from_quarter=Q1)
    for back, value in enumerate(("92", "90", "91", "93"), start=1):
        give(indicator, value, Q1.back(back))
    return indicator


@pytest.fixture
def indicator(sorp_in_force):
    return with_a_year()


def page_of(response):
    return response.content.decode().replace("&#x27;", "'")


def enter(client, indicator, **fields):
    client.force_login(indicator.accountable_manager)
    typed = {"confidence": "final", "seen": "0", "version": "0", "do": "save"}
    return client.post(
        reverse("enter_result", args=[Q1.key, indicator.reference]),
        typed | {"management_action": "More"} | fields,
    )


def submit(client):
    token = client.get(reverse("check_return", args=[Q1.key])).context["token"]
    return client.post(reverse("submit_return", args=[Q1.key]), {"token": token})


# Kept with the result


def test_a_question_is_kept_with_the_revision_in_the_words_in_which_it_was_asked(indicator):
    revision = give(indicator, "0")

    question = Question.objects.get(revision=revision)
    assert (question.key, question.words, question.answer) == ("nought", NOUGHT, "")
    assert revision.questions_asked == 1


def test_a_figure_about_which_nothing_is_asked_says_so(indicator):
    revision = give(indicator, "91.5")

    assert revision.questions_asked == 0
    assert data_confidence_of([revision.pk])[revision.pk].level is ConfidenceLevel.HIGH


def test_an_answer_given_with_the_figure_says_who_and_when_and_is_recorded(indicator):
    manager = indicator.accountable_manager

    revision = give(indicator, "0", by=manager, answers={QuestionKey.NOUGHT: "The service stopped"})

    question = Question.objects.get(revision=revision)
    assert (question.answer, question.answered_by) == ("The service stopped", manager)
    assert question.answered_at is not None
    event = AuditEvent.objects.get(act="answered question")
    assert event.detail["answer"] == "The service stopped"
    assert event.detail["question"] == NOUGHT
    assert data_confidence_of([revision.pk])[revision.pk].is_high


def test_an_answer_to_what_is_not_asked_is_not_kept(indicator):
    give(indicator, "91.5", answers={QuestionKey.NOUGHT: "Yes"})

    assert not Question.objects.exists()


def test_words_revised_about_the_same_figure_leave_it_answered(indicator):
    manager = indicator.accountable_manager
    give(indicator, "0", by=manager, answers={QuestionKey.NOUGHT: "The service stopped"})

    revision = give(indicator, "0", by=UserFactory(), commentary="It stopped in May.")

    question = Question.objects.get(revision=revision)
    assert (question.answer, question.answered_by) == ("The service stopped", manager)


def test_another_figure_is_asked_about_anew(indicator):
    give(indicator, "0", answers={QuestionKey.NOUGHT: "The service stopped"})

    revision = give(indicator, "0.4")

    assert [each.answer for each in revision.questions.all()] == [""]
    assert Question.objects.exclude(answer="").count() == 1  # about the figure before


def test_the_same_result_again_with_an_answer_changes_the_answer_alone(indicator):
    revision = give(indicator, "0")

    again = give(indicator, "0", answers={QuestionKey.NOUGHT: IT_IS_RIGHT})

    assert again == revision
    assert Question.objects.get().answer == IT_IS_RIGHT


def test_what_was_kept_before_anything_was_asked_has_no_data_confidence(sorp_in_force):
    """That nobody was asked raises nothing."""
    revision = RevisionFactory(questions_asked=None)

    assert data_confidence_of([revision.pk]) == {}


def test_a_revision_after_the_close_is_asked_about_too(indicator):
    give(indicator, "91")

    revision, _ = revise_result(
        indicator=indicator,
        quarter=Q1,
        given=ResultGiven(value=Decimal(0)),
        reason="Counted again",
        by=None,
        answers={QuestionKey.NOUGHT: "None came"},
    )

    assert Question.objects.get(revision=revision).answer == "None came"


# On the page of the result


def test_an_unanswered_question_stands_with_its_figure_and_a_field_and_never_blocks(
    client, indicator
):
    asked = enter(client, indicator, value="0", do="check")
    accepted = enter(client, indicator, value="0", version=Draft.objects.get().version)
    submitted = submit(client)

    assert NOUGHT in page_of(asked)
    assert 'name="answer_nought"' in page_of(asked)
    assert 'name="right_nought"' in page_of(asked)
    assert (accepted.status_code, submitted.status_code) == (302, 302)
    assert Question.objects.get().answer == ""


def test_an_answer_typed_comes_back_and_is_kept_with_the_submission(client, indicator):
    answer = {"asked_nought": NOUGHT, "answer_nought": "Closed for repairs"}

    enter(client, indicator, value="0", **answer)
    page = client.get(reverse("enter_result", args=[Q1.key, indicator.reference]))
    check = client.get(reverse("check_return", args=[Q1.key]))
    submit(client)

    assert 'value="Closed for repairs"' in page_of(page)
    assert "Closed for repairs" in page_of(check)
    question = Question.objects.get()
    assert question.answer == "Closed for repairs"
    assert question.answered_by == indicator.accountable_manager


def test_a_tick_is_an_answer(client, indicator):
    enter(client, indicator, value="0", asked_nought=NOUGHT, right_nought="on")
    submit(client)

    assert Question.objects.get().answer == IT_IS_RIGHT


def test_an_answer_about_another_figure_comes_back_and_counts_only_when_saved_again(
    client, indicator
):
    enter(
        client,
        indicator,
        value="0.4",
        asked_nought=NOUGHT,
        answer_nought="Closed",
        asked_hundredfold="0.9%, where earlier results lay about 91.5%: …",
        answer_hundredfold="It is so",
    )
    page = page_of(client.get(reverse("enter_result", args=[Q1.key, indicator.reference])))
    submit(client)

    assert 'value="It is so"' in page
    assert "Your answer was about a different figure" in page
    assert [(each.key, each.answer) for each in Question.objects.all()] == [("hundredfold", "")]


def test_what_was_answered_is_shown_and_not_asked_again(client, indicator):
    give(indicator, "0", answers={QuestionKey.NOUGHT: "The service stopped"})
    client.force_login(indicator.accountable_manager)

    page = page_of(client.get(reverse("enter_result", args=[Q1.key, indicator.reference])))

    assert "The service stopped" in page
    assert 'name="answer_nought"' not in page


# Answered later


def post_answer(client, user, question, **fields):
    client.force_login(user)
    return client.post(reverse("questions"), {"question": question.pk} | fields)


def test_questions_about_a_file_are_listed_and_answered_later(client, indicator):
    give(indicator, "0")
    manager = indicator.accountable_manager
    client.force_login(manager)
    listed = page_of(client.get(reverse("questions")))

    answered = post_answer(client, manager, Question.objects.get(), answer="The service stopped")

    assert NOUGHT in listed
    assert answered.status_code == 302
    question = Question.objects.get()
    assert (question.answer, question.answered_by) == ("The service stopped", manager)
    assert AuditEvent.objects.filter(act="answered question", actor=manager).count() == 1
    assert "No questions" in page_of(client.get(reverse("questions")))


def test_an_answer_that_says_nothing_is_refused_in_words_and_nothing_is_lost(client, indicator):
    give(indicator, "0")
    manager, question = indicator.accountable_manager, Question.objects.get()

    empty = post_answer(client, manager, question, answer=" ")
    long = post_answer(client, manager, question, answer="x" * 301)

    assert empty.status_code == long.status_code == 422
    assert "Say why it is right, or tick that it is" in page_of(empty)
    assert "x" * 301 in page_of(long)
    assert Question.objects.get().answer == ""


@pytest.mark.parametrize("number", ["", "x", "\N{SUPERSCRIPT TWO}", "9" * 5000, "999999999999"])
def test_a_question_that_there_is_not_is_not_found(client, indicator, number):
    client.force_login(indicator.accountable_manager)

    answered = client.post(reverse("questions"), {"question": number, "answer": "Yes"})

    assert answered.status_code == 404


@pytest.mark.parametrize("seen", ["\N{SUPERSCRIPT TWO}", "9" * 5000])
def test_nonsense_sent_along_with_a_draft_breaks_no_return(client, indicator, seen):
    assert enter(client, indicator, value="91", seen=seen).status_code < 500
    for page in ("my_return", "check_return"):
        assert client.get(reverse(page, args=[Q1.key])).status_code == 200


def test_a_figure_of_a_closed_quarter_is_corrected_by_the_team_and_told_to_it(client, indicator):
    give(indicator, "0")
    for quarter in Q1.back(4).until(Q1):
        close_quarter(quarter=quarter, today=date(2011, 7, 20), by=None)

    client.force_login(indicator.accountable_manager)
    to_the_manager = page_of(client.get(reverse("questions")))
    client.force_login(holder(PostKind.PERFORMANCE_OFFICER))
    to_the_team = page_of(client.get(reverse("questions")))

    correct = f'href="{reverse("enter_result", args=[Q1.key, indicator.reference])}"'
    assert "tell the performance team what it should be" in to_the_manager
    assert correct not in to_the_manager
    assert correct in to_the_team


def test_the_first_answer_stands(indicator):
    give(indicator, "0")
    manager, question = indicator.accountable_manager, Question.objects.get()

    assert answer_question(question=question, answer="Stopped", by=manager)
    assert not answer_question(question=question, answer=" Stopped ", by=manager)
    with pytest.raises(CannotAnswer, match="answered it already: Stopped"):
        answer_question(question=question, answer="Something else", by=manager)


def test_a_question_about_a_figure_that_was_replaced_is_not_answered(indicator):
    give(indicator, "0")
    question = Question.objects.get()
    give(indicator, "91")

    with pytest.raises(CannotAnswer, match="replaced"):
        answer_question(question=question, answer="Stopped", by=indicator.accountable_manager)
    assert questions_to_answer(indicator.accountable_manager) == []


def test_who_may_answer(client, indicator):
    give(indicator, "0")
    question = Question.objects.get()
    people = {
        "another manager": IndicatorFactory().accountable_manager,
        "a Member": holder(PostKind.MEMBER),
        "a director elsewhere": holder(PostKind.DIRECTOR),
    }

    for who, person in people.items():
        response = post_answer(client, person, question, answer="Yes")
        assert response.status_code in (403, 404), who
        with pytest.raises(CannotAnswer):
            answer_question(question=question, answer="Yes", by=person)
    officer = holder(PostKind.PERFORMANCE_OFFICER)
    assert post_answer(client, officer, question, right="on").status_code == 302
    assert Question.objects.get().answered_by == officer


def test_the_list_takes_as_many_queries_for_one_as_for_twenty(
    client, indicator, django_assert_max_num_queries
):
    manager = indicator.accountable_manager
    give(indicator, "0")
    client.force_login(manager)
    client.get(reverse("questions"))
    for _ in range(19):
        give(with_a_year(unit=indicator.unit, accountable_manager=manager), "0")

    with django_assert_max_num_queries(16):
        page = client.get(reverse("questions"))

    assert page_of(page).count(NOUGHT) >= 20


def test_a_total_since_april_without_a_target_is_asked_for_before_its_quarter_opens(
    client, sorp_in_force
):
    indicator = IndicatorFactory(basis="year_to_date")
    TargetFactory(indicator=indicator, from_quarter=Q1.next())
    client.force_login(indicator.accountable_manager)

    page = page_of(client.get(reverse("questions")))

    _, wanted = page.split("Targets that are not set yet")
    assert "Q3 2011/12: <a" in wanted
    assert indicator.title in wanted
    assert "Q2 2011/12" not in wanted


# Beside the RAG


def test_the_indicators_page_says_how_far_the_figure_can_be_relied_on(client, indicator):
    give(indicator, "0")
    client.force_login(indicator.accountable_manager)

    page = page_of(client.get(reverse("indicator", args=[indicator.reference])))
    post_answer(client, indicator.accountable_manager, Question.objects.get(), answer="Stopped")
    after = page_of(client.get(reverse("indicator", args=[indicator.reference])))

    assert "Data confidence low: 1 question not answered" in page
    assert NOUGHT in page
    assert "Answer the questions" in page
    assert "Data confidence" not in after
    assert "Stopped" in after


def test_a_dashboard_counts_what_is_not_answered(indicator):
    give(indicator, "0")

    standing = standings([indicator.pk], first=Q1.back(3), last=Q1)[indicator.pk, Q1]

    assert standing.data_confidence.unanswered == 1


def test_a_director_and_a_csv_see_it_on_the_dashboard(client, indicator):
    give(indicator, "0")
    for quarter in Q1.back(4).until(Q1):
        close_quarter(quarter=quarter, today=date(2011, 7, 20), by=None)
    client.force_login(holder(PostKind.DIRECTOR, unit=indicator.unit))

    page = page_of(client.get(reverse("dashboard", args=[indicator.unit.code])))
    narrowed = page_of(
        client.get(reverse("dashboard", args=[indicator.unit.code]), {"confidence": "questions"})
    )
    file = client.get(reverse("dashboard_file", args=[indicator.unit.code, "csv"])).content.decode()

    assert "data confidence low: 1 question not answered" in page
    assert indicator.title in narrowed
    head, row = file.splitlines()[:2]
    assert dict(zip(head.split(","), row.split(","), strict=False))["questions_not_answered"] == "1"


def test_a_revision_supersedes_what_was_asked_of_the_one_before(indicator):
    give(indicator, "0")
    give(indicator, "91")

    current = Revision.objects.latest_ones().get(result__quarter=Q1)
    assert data_confidence_of([current.pk])[current.pk].is_high


def test_an_answer_alone_leaves_a_completed_draft_complete(client, indicator):
    enter(client, indicator, value="0")
    draft = Draft.objects.get()
    assert draft.is_complete

    enter(
        client,
        indicator,
        value="0",
        version=draft.version,
        do="evidence",
        asked_nought=NOUGHT,
        right_nought="on",
    )

    assert Draft.objects.get().is_complete
    assert Draft.objects.get().typed["right_nought"] == "on"


def test_the_confirmation_says_how_many_are_not_answered(client, indicator):
    enter(client, indicator, value="0")

    page = page_of(client.get(submit(client).url))

    assert "1 question about these figures" in page
    assert reverse("questions") in page


def test_who_signs_it_off_sees_what_was_asked_and_answered(client, indicator):
    director = holder(PostKind.DIRECTOR, unit=indicator.unit)
    give(indicator, "0", by=indicator.accountable_manager)
    client.force_login(director)
    sheets = sign_off_sheets(director, date(2011, 7, 20))
    sheet = next(each for each in sheets if each.quarter == Q1)
    address = reverse("sign_off_sheet", args=[Q1.key, sheet.stage.value, indicator.unit.code])

    before = page_of(client.get(address))
    answer_question(
        question=Question.objects.get(), answer="Stopped", by=indicator.accountable_manager
    )
    after = page_of(client.get(address))

    assert "Not answered:" in before
    assert NOUGHT in before
    assert "Data confidence low: 1 question not answered" in before
    assert "Stopped" in after
    assert "Not answered:" not in after
