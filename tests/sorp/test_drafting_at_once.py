"""Several authors at one moment: one draft is begun, and none overwrites another."""

from datetime import date

import pytest

from core.quarters import Quarter
from core.refusals import Refused
from organisation.rules import PostKind
from sorp.models.statement import Version
from sorp.services.drafting import Stale, draft_version, move_row, save_term
from sorp.services.seeding import seed_default_statement
from tests.factories import holder

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


@pytest.fixture
def base():
    version, _ = seed_default_statement(
        from_quarter=Quarter(2010, 1), approved_on=date(2010, 4, 1), by=None
    )
    return version


@pytest.fixture
def officers(base):
    return [holder(PostKind.PERFORMANCE_OFFICER) for _ in range(6)]


def test_drafts_begun_at_once_are_one(base, officers, at_once):
    answers = at_once(
        lambda number: draft_version(base=base, number=f"2.{number}", by=officers[number])
    )

    begun = [each for each in answers if isinstance(each, Version)]
    refused = [each for each in answers if isinstance(each, Refused)]
    assert (len(begun), len(refused)) == (1, 5), answers
    assert Version.objects.unfinished().count() == 1


def test_one_person_pressing_at_once_begins_one(base, officers, at_once):
    answers = at_once(lambda: draft_version(base=base, number="2", by=officers[0]))

    assert {str(each) for each in answers} == {f"{base.statement}, version 2"}
    assert Version.objects.unfinished().count() == 1


def test_of_those_who_write_at_once_one_is_kept_and_the_others_are_told(base, officers, at_once):
    draft = draft_version(base=base, number="2", by=officers[0])
    row = save_term(version=draft, edition=1, by=officers[0], term="Clinic", meaning="Monthly")

    answers = at_once(
        lambda number: save_term(
            version=draft,
            edition=2,
            by=officers[number],
            pk=row.pk,
            term="Clinic",
            meaning=f"Every {number + 2} weeks",
        )
    )

    assert sum(isinstance(each, Stale) for each in answers) == 5, answers
    row.refresh_from_db()
    kept = next(each for each in answers if not isinstance(each, Stale))
    assert row.meaning == kept.meaning
    assert Version.objects.get(pk=draft.pk).edition == 3


def test_a_trigger_moved_by_six_at_once_moves_once(base, officers, at_once):
    draft = draft_version(base=base, number="2", by=officers[0])
    last = draft.trigger_rules.last()

    answers = at_once(lambda number: move_row(row=last, up=True, edition=1, by=officers[number]))

    assert sum(isinstance(each, Stale) for each in answers) == 5, answers
    assert list(draft.trigger_rules.all())[-2] == last
