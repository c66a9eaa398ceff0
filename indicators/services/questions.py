"""Questions about figures: kept with each revision when it is stored, and answered then or later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction

from core import audit
from core.clock import now
from core.quarters import Quarter
from core.refusals import Refused
from indicators.models.definitions import Indicator
from indicators.models.questions import Question
from indicators.models.results import Revision
from indicators.queries.questions import backgrounds, questions_about
from indicators.rules.questions import LONGEST_ANSWER, FigureQuestion, QuestionKey
from organisation.models.people import User

BATCH_SIZE = 500  # rows named in one statement

InQuarter = tuple[int, Quarter]
Answers = Mapping[QuestionKey, str]


class CannotAnswer(Refused):
    """A question is not this person's to answer, or was answered. The message says what to do."""


def ask(
    fresh: Mapping[InQuarter, Revision], indicators: Iterable[Indicator]
) -> dict[InQuarter, tuple[FigureQuestion, ...]]:
    """What is asked about revisions that are not stored yet; each says how many questions it got."""
    by_pk = {each.pk: each for each in indicators}
    about = backgrounds([(by_pk[pk], quarter) for pk, quarter in fresh], fresh)
    asked = {}
    for key, revision in fresh.items():
        found = questions_about(revision, about[key])
        asked[key] = tuple(each for each in found if each.wants_answer)
        revision.questions_asked = len(asked[key])
    return asked


def keep_questions(
    asked: Mapping[InQuarter, Sequence[FigureQuestion]],
    fresh: Mapping[InQuarter, Revision],
    before: Mapping[InQuarter, Revision],
    answers: Mapping[InQuarter, Answers],
    *,
    by: User | None,
) -> None:
    """The questions stand with their revisions, now stored, and with the answers that came along.

    What was answered about the revision before, and is asked in the same words, stays answered.
    """
    replaced = [before[key].pk for key in asked if asked[key] and key in before]
    stood = {
        (row.revision_id, row.key, row.words): row
        for start in range(0, len(replaced), BATCH_SIZE)
        for row in Question.objects.filter(
            revision__in=replaced[start : start + BATCH_SIZE]
        ).exclude(answer="")
    }
    rows, events = [], []
    for key, of_one in asked.items():
        revision = fresh[key]
        for each in of_one:
            row = Question(revision=revision, key=each.key, words=each.words)
            given = answers.get(key, {}).get(each.key, "")
            earlier = stood.get((before[key].pk, each.key, each.words)) if key in before else None
            if given:
                row.answer, row.answered_by, row.answered_at = given[:LONGEST_ANSWER], by, now()
                events.append(_event(row, by=by))
            elif earlier is not None:
                row.answer, row.answered_at = earlier.answer, earlier.answered_at
                row.answered_by_id = earlier.answered_by_id
            rows.append(row)
    Question.objects.bulk_create(rows, batch_size=BATCH_SIZE)
    audit.record_all(events)


def answer_standing(revision: Revision, answers: Answers, *, by: User | None) -> None:
    """A result is given again as it stands, with answers: those still wanted are kept."""
    if not answers:
        return
    rows = Question.objects.select_for_update().unanswered().filter(revision=revision)
    for row in rows:
        if given := answers.get(QuestionKey(row.key), ""):
            _answer(row, given, by=by)


@transaction.atomic
def answer_question(*, question: Question, answer: str, by: User) -> bool:
    """What was asked about a result is answered, by whoever may submit it. Returns whether it is new.

    The first answer stands, and the same again changes nothing. Raises CannotAnswer where it says
    nothing, is too long, was answered otherwise, is about a figure that was replaced, or is not
    this person's to answer.
    """
    text = " ".join(answer.split())
    if not text:
        raise CannotAnswer("Say why it is right, or tick that it is")
    if len(text) > LONGEST_ANSWER:
        raise CannotAnswer(f"Answer in {LONGEST_ANSWER} characters or fewer, not {len(text):,}")
    row = (
        Question.objects.select_for_update(of=("self",))
        .select_related("revision__result")
        .get(pk=question.pk)
    )
    indicator = row.revision.result.indicator_id
    if not Indicator.objects.answerable_by(by).filter(pk=indicator).exists():
        raise CannotAnswer("Leave it to whoever answers for the indicator")
    if row.answer:
        if row.answer == text and row.answered_by_id == by.pk:
            return False
        raise CannotAnswer(f"{row.answered_by or 'Somebody'} answered it already: {row.answer}")
    if not row.revision.is_latest:
        raise CannotAnswer("The figure has been replaced since this question was asked")
    _answer(row, text, by=by)
    return True


def _answer(row: Question, answer: str, *, by: User | None) -> None:
    row.answer, row.answered_by, row.answered_at = answer[:LONGEST_ANSWER], by, now()
    row.save(update_fields=["answer", "answered_by", "answered_at"])
    audit.record_all([_event(row, by=by)])


def _event(row: Question, *, by: User | None) -> audit.AuditEvent:
    return audit.event(
        "answered question",
        row.revision.result,
        by=by,
        revision=row.revision.number,
        question=row.words,
        answer=row.answer,
    )
