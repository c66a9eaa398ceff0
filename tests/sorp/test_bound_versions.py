"""What was approved does not change: asked of the database itself, past every service and model."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from core.quarters import Quarter
from sorp.models.clauses import Clause, Comment, RagDefinition, RiskAppetite, Term
from sorp.models.conditions import CalendarRule, LevelDuty, ReminderRule, TriggerRule, TriggerTier
from sorp.models.statement import Authorship, Version
from tests.factories import Q1, UserFactory
from tests.sorp.versions import draft_like, version_like

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]
State = Version.State
SAID = "A version of the SORP that was approved does not change: draft another"


@pytest.fixture
def ann():
    return UserFactory(name="Ann")


@pytest.fixture
def draft(sorp_in_force, ann):
    """A draft with at least one row of every kind."""
    draft = draft_like(sorp_in_force, from_quarter=Q1, drafted_by=ann)
    Authorship.objects.create(version=draft, author=ann)
    Comment.objects.create(version=draft, author=ann, words="Why three quarters?")
    return draft


def moved_to(version, state):
    version.state, version.approved_on = state, version.approved_on or date(2011, 3, 1)
    version.save()
    return version


# Each model of rows, how one is found, and something to change in it.
KINDS = [
    (Clause, "version", {"wording": "Otherwise"}),
    (RagDefinition, "version", {"wording": "Otherwise"}),
    (Term, "version", {"meaning": "Otherwise"}),
    (RiskAppetite, "version", {"wording": "Otherwise"}),
    (TriggerRule, "version", {"within": 9}),
    (LevelDuty, "version", {"within": 99}),
    (CalendarRule, "version", {"working_days": 99}),
    (ReminderRule, "version", {"working_days": 19}),
    (Authorship, "version", {"author_id": None}),
    (Comment, "version", {"words": "Otherwise"}),
    (TriggerTier, "trigger__version", {"trigger_id": None}),
    (RiskAppetite.triggers.through, "riskappetite__version", {"triggerrule_id": None}),
]


@pytest.mark.parametrize("state", [State.APPROVED, State.IN_FORCE, State.SUPERSEDED])
@pytest.mark.parametrize(("model", "path", "change"), KINDS, ids=lambda each: str(each)[:40])
def test_a_row_of_a_bound_version_is_neither_added_changed_nor_deleted(
    draft, sorp_in_force, model, path, change, state
):
    row = model.objects.filter(**{path: draft}).first()
    moved_to(sorp_in_force, State.SUPERSEDED)
    moved_to(draft, state)
    columns = [each.column for each in model._meta.concrete_fields if not each.primary_key]
    table, listed = model._meta.db_table, ", ".join(columns)
    changed = next(iter(change))
    acts = [
        f"INSERT INTO {table} ({listed}) SELECT {listed} FROM {table} WHERE id = {row.pk}",
        f"UPDATE {table} SET {changed} = {changed} WHERE id = {row.pk}",
        f"DELETE FROM {table} WHERE id = {row.pk}",
    ]

    for act in acts:
        with pytest.raises(IntegrityError, match=SAID), transaction.atomic():
            connection.cursor().execute(act)


@pytest.mark.parametrize(("model", "path", "change"), KINDS, ids=lambda each: str(each)[:40])
def test_a_row_of_a_draft_is_changed_and_deleted_freely(draft, model, path, change):
    rows = model.objects.filter(**{path: draft})
    one = rows.filter(pk=rows.first().pk)

    if None not in change.values():
        assert one.update(**change) == 1
    assert one.delete()[0] >= 1


def test_a_row_is_not_moved_from_a_draft_into_a_bound_version_nor_out_of_one(draft, sorp_in_force):
    for row, other in [
        (draft.terms.first(), sorp_in_force),
        (sorp_in_force.clauses.first(), draft),
    ]:
        with pytest.raises(IntegrityError, match=SAID), transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(version=other)


OTHERWISE = {
    "number": "9",
    "from_quarter": Quarter(2014, 1),
    "summary": "Otherwise",
    "drafted_at": "2010-01-01 10:00Z",
    "edition": 99,
    "consulted_from": date(2011, 1, 1),
    "consulted_until": date(2011, 2, 1),
    "approved_on": date(2009, 1, 1),
    "approval_note": "Otherwise",
    "travel_method": "previous",
    "exit_quarters": 3,
    "relapse_within": 8,
    "relapse_shortens_by": 2,
    "plan_within": 20,
    "action_on_amber": False,
}


@pytest.mark.parametrize("name", OTHERWISE)
def test_a_bound_version_s_own_settings_stand(draft, name):
    bound = moved_to(draft, State.APPROVED)

    with pytest.raises(IntegrityError, match=SAID), transaction.atomic():
        Version.objects.filter(pk=bound.pk).update(**{name: OTHERWISE[name]})


@pytest.mark.parametrize("name", ["statement", "drafted_from", "drafted_by", "approved_by"])
def test_nor_are_its_people_and_its_parentage_changed(draft, ann, sorp_in_force, name):
    bound = moved_to(draft, State.APPROVED)
    statement = type(bound.statement).objects.create(code="other", title="Another")
    other = {
        "statement": statement,
        "drafted_from": bound,
        "drafted_by": UserFactory(),
        "approved_by": UserFactory(),
    }

    with pytest.raises(IntegrityError, match=SAID), transaction.atomic():
        Version.objects.filter(pk=bound.pk).update(**{name: other[name]})


def test_a_bound_version_keeps_its_own_key(sorp_in_force):
    with pytest.raises(IntegrityError, match=SAID), transaction.atomic():
        connection.cursor().execute(
            f"UPDATE sorp_version SET id = 77 WHERE id = {sorp_in_force.pk}"
        )

    assert not Version.objects.filter(pk=77).exists()


def test_every_column_of_a_version_is_under_one_of_these_tests():
    under = {*OTHERWISE, "statement", "drafted_from", "drafted_by", "approved_by"}

    assert {each.name for each in Version._meta.concrete_fields} - {"id", "state"} == under


def replacing(row, act, columns):
    """OR REPLACE, which SQLite alone has: a row as this one is, but for these columns."""
    table = row._meta.db_table
    if act == "UPDATE":
        said = ", ".join(f"{name} = '{value}'" for name, value in columns.items())
        return f"UPDATE OR REPLACE {table} SET {said} WHERE id = {row.pk}"
    names = [each.column for each in row._meta.concrete_fields if each.column != "id"]
    said = [f"'{columns[name]}'" if name in columns else name for name in names]
    pk = columns.get("id", "NULL")
    return (
        f"INSERT OR REPLACE INTO {table} (id, {', '.join(names)})"
        f" SELECT {pk}, {', '.join(said)} FROM {table} WHERE id = {row.pk}"
    )


on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite can REPLACE")


@on_sqlite
@pytest.mark.parametrize("act", ["INSERT", "UPDATE"])
@pytest.mark.parametrize("shared", ["id", "number", "from_quarter", "state"])
def test_no_other_version_is_written_over_a_bound_one(draft, sorp_in_force, act, shared):
    bound = {
        "id": sorp_in_force.pk,
        "number": "1",
        "from_quarter": sorp_in_force.from_quarter.first_day,
    }
    own = {"number": "8", "from_quarter": "2030-04-01"}
    columns = {
        "id": own | {"id": bound["id"]},
        "number": own | {"number": "1"},
        "from_quarter": own | {"from_quarter": bound["from_quarter"]},
        "state": own | {"state": "in_force", "approved_on": "2030-03-01"},
    }[shared]
    clauses = sorp_in_force.clauses.count()

    with pytest.raises(IntegrityError, match=SAID), transaction.atomic():
        connection.cursor().execute(replacing(draft, act, columns))

    sorp_in_force.refresh_from_db()
    assert (sorp_in_force.state, sorp_in_force.clauses.count()) == (State.IN_FORCE, clauses)


@on_sqlite
@pytest.mark.parametrize("act", ["INSERT", "UPDATE"])
@pytest.mark.parametrize(("model", "path", "change"), KINDS, ids=lambda each: str(each)[:40])
def test_no_row_of_a_draft_is_written_over_one_of_a_bound_version(
    draft, sorp_in_force, model, path, change, act
):
    ours = model.objects.filter(**{path: draft}).first()
    bound = version_like(sorp_in_force, from_quarter=Q1.next(), number="7", change=with_people)
    theirs = model.objects.filter(**{path: bound}).first()

    with pytest.raises(IntegrityError, match=SAID), transaction.atomic():
        connection.cursor().execute(replacing(ours, act, {"id": theirs.pk}))

    assert model.objects.filter(**{path: bound}, pk=theirs.pk).exists()


def with_people(version):
    Authorship.objects.create(version=version, author=UserFactory())
    Comment.objects.create(version=version, author=UserFactory(), words="Why?")


MOVES = [
    (State.DRAFT, State.CONSULTATION, True),
    (State.CONSULTATION, State.DRAFT, True),
    (State.APPROVED, State.IN_FORCE, True),
    (State.APPROVED, State.SUPERSEDED, True),
    (State.APPROVED, State.CONSULTATION, False),
    (State.IN_FORCE, State.SUPERSEDED, True),
    (State.IN_FORCE, State.APPROVED, False),
    (State.IN_FORCE, State.CONSULTATION, False),
    (State.SUPERSEDED, State.IN_FORCE, False),
    (State.SUPERSEDED, State.APPROVED, False),
]


@pytest.mark.parametrize(("before", "after", "is_allowed"), MOVES)
def test_a_state_moves_on_and_not_back(draft, sorp_in_force, before, after, is_allowed):
    moved_to(sorp_in_force, State.SUPERSEDED)
    draft.state = before
    draft.consulted_from, draft.consulted_until = date(2011, 1, 1), date(2011, 2, 1)
    if before not in (State.DRAFT, State.CONSULTATION):
        draft.approved_on = date(2011, 3, 1)
    draft.save()

    def move():
        with transaction.atomic():
            Version.objects.filter(pk=draft.pk).update(state=after)

    if is_allowed:
        move()
    else:
        with pytest.raises(IntegrityError, match=SAID):
            move()


def test_an_approval_is_withdrawn_and_the_draft_may_be_changed_again(draft):
    moved_to(draft, State.APPROVED)

    Version.objects.filter(pk=draft.pk).update(state=State.DRAFT, approved_on=None)

    assert draft.terms.all().delete()[0] > 20


@pytest.mark.parametrize("state", [State.IN_FORCE, State.SUPERSEDED])
def test_what_has_ruled_is_not_made_a_draft_again(draft, sorp_in_force, state):
    moved_to(sorp_in_force, State.SUPERSEDED)
    moved_to(draft, state)

    with pytest.raises(IntegrityError, match=SAID), transaction.atomic():
        Version.objects.filter(pk=draft.pk).update(state=State.DRAFT, approved_on=None)


def test_a_bound_version_is_not_deleted_and_a_draft_is(draft, sorp_in_force):
    with pytest.raises(IntegrityError, match=SAID), transaction.atomic():
        connection.cursor().execute(f"DELETE FROM sorp_version WHERE id = {sorp_in_force.pk}")

    draft.comments.all().delete()
    assert draft.delete()[0] > 50


def test_a_version_made_of_another_has_all_its_rows(sorp_in_force):
    """What other tests lean on."""
    twin = version_like(sorp_in_force, from_quarter=Q1)

    for rows in ("clauses", "terms", "trigger_rules", "appetites", "calendar_rules"):
        assert getattr(twin, rows).count() == getattr(sorp_in_force, rows).count() > 0
    tiers = TriggerTier.objects.filter(trigger__version=twin)
    assert tiers.count() == TriggerTier.objects.filter(trigger__version=sorp_in_force).count()
