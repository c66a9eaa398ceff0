"""Drafting a version: what is copied, what may be written, by whom, and that nothing is lost."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from core.models.audit import AuditEvent
from core.quarters import Quarter
from core.refusals import Refused
from organisation.rules import PostKind
from sorp.lexicon import Appetite, Level, Rag
from sorp.models.clauses import Clause, Term
from sorp.models.conditions import TriggerRule
from sorp.models.statement import Version
from sorp.queries.readiness import obstacles
from sorp.queries.ruling import day_rules_of, version_rules
from sorp.rules.clause_numbers import order_of
from sorp.services.consultation import open_consultation
from sorp.services.drafting import (
    ROWS,
    SETTINGS,
    Gone,
    NotADraft,
    Stale,
    change_settings,
    contents_of,
    draft_version,
    move_row,
    remove_row,
    save_appetite,
    save_clause,
    save_definition,
    save_term,
)
from tests.factories import UserFactory, holder

pytestmark = pytest.mark.django_db

# What hangs on a version and is not what it says: it begins anew with each.
ITS_OWN = {"comments", "authorships", "drafts", "findings"}


@pytest.fixture
def officer(sorp_in_force):
    return holder(PostKind.PERFORMANCE_OFFICER, name="Imogen Sattar")


@pytest.fixture
def draft(sorp_in_force, officer):
    return draft_version(base=sorp_in_force, number="2", summary="Reds sooner", by=officer)


def told(officer, act):
    return AuditEvent.objects.filter(act=act, actor=officer)


def write_term(draft, officer, **given):
    said = {"term": "Intensive care", "meaning": "Poor performance referred up"}
    given = {"version": draft, "edition": 1, "by": officer} | said | given
    return save_term(**given)


SETTINGS_GIVEN = {
    "number": "2",
    "summary": "Reds sooner",
    "travel_method": "regression",
    "exit_quarters": 1,
    "relapse_within": 4,
    "relapse_shortens_by": 0,
    "plan_within": 10,
    "action_on_amber": True,
}


# Beginning one ----------------------------------------------------------------------------------


def test_a_draft_says_all_that_its_base_says(sorp_in_force, draft):
    def rows(version, model):
        return sorted(str(contents_of(row)) for row in model.objects.filter(version=version))

    for model in (*ROWS, TriggerRule):
        assert rows(draft, model) == rows(sorp_in_force, model)
    assert {name: getattr(draft, name) for name in SETTINGS} == {
        name: getattr(sorp_in_force, name) for name in SETTINGS
    }
    assert version_rules(draft).triggers == version_rules(sorp_in_force).triggers
    assert day_rules_of(draft) == day_rules_of(sorp_in_force)
    assert (draft.state, draft.from_quarter, draft.edition) == ("draft", None, 1)


def test_appetites_are_copied_with_their_triggers(sorp_in_force, officer):
    draft = draft_version(base=sorp_in_force, number="2", by=officer)

    def links(version):
        return {
            (each.area, trigger.name, trigger.version_id)
            for each in version.appetites.all()
            for trigger in each.triggers.all()
        }

    before = links(sorp_in_force)
    assert len(before) > 1
    assert links(draft) == {(area, name, draft.pk) for area, name, _ in before}


def test_whatever_hangs_on_a_version_is_copied_or_is_its_own():
    """A row of a new kind is not forgotten: it is copied, or named here."""
    copied = {*ROWS, TriggerRule} | {Version._meta.get_field("appetites").related_model}
    ours = {
        relation
        for relation in Version._meta.related_objects
        if relation.related_model._meta.app_label == "sorp"
    }

    assert {relation.name for relation in ours if relation.related_model not in copied} == ITS_OWN


def test_beginning_a_draft_is_recorded_with_its_author(sorp_in_force, officer, draft):
    event = told(officer, "drafted version of the SORP").get()

    assert (event.subject_key, event.detail) == (str(draft.pk), {"base": "1"})
    assert [each.author for each in draft.authorships.all()] == [officer]
    assert (draft.drafted_from, draft.drafted_by) == (sorp_in_force, officer)


def test_a_draft_asked_for_twice_is_one(sorp_in_force, officer, draft):
    again = draft_version(base=sorp_in_force, number="2", summary="Reds sooner", by=officer)

    assert again == draft
    assert Version.objects.count() == 2
    assert told(officer, "drafted version of the SORP").count() == 1


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("draft", "Version 2 is still a draft: change that one"),
        ("consultation", "Version 2 is in consultation: wait until it is approved"),
    ],
)
def test_a_second_unfinished_version_is_refused(sorp_in_force, officer, draft, state, said):
    day = date(2011, 5, 1)
    Version.objects.filter(pk=draft.pk).update(state=state, consulted_from=day, consulted_until=day)

    with pytest.raises(Refused, match=said):
        draft_version(base=sorp_in_force, number="3", by=officer)

    assert Version.objects.count() == 2


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("1", "There is a version 1"),
        ("", "Enter the number"),
        ("   ", "Enter the number"),
        ("2/3", "Give it a number of digits, letters"),
        ("../2", "Give it a number of digits, letters"),
        ("2" * 21, "Make the number 20 characters or fewer"),
        ("2\x00", "Take the NUL character out of the number"),
    ],
)
def test_a_number_that_cannot_be_is_refused_at_its_field(sorp_in_force, officer, number, said):
    with pytest.raises(Refused, match=said) as refusal:
        draft_version(base=sorp_in_force, number=number, by=officer)

    assert refusal.value.field == "number"
    assert Version.objects.count() == 1


# Who may write, and in what ---------------------------------------------------------------------


def test_only_the_performance_team_writes(sorp_in_force, draft):
    row = draft.clauses.first() or Clause.objects.create(
        version=draft, number="1", position=1, heading="Purpose", wording="To be kept"
    )
    answers = {}
    for kind in PostKind:
        person = holder(kind)
        try:
            write_term(draft, person, edition=Version.objects.get(pk=draft.pk).edition, term=kind)
            answers[kind] = True
        except PermissionDenied:
            answers[kind] = False

    assert [kind for kind, may in answers.items() if may] == [PostKind.PERFORMANCE_OFFICER]
    nobody = UserFactory()
    for act in (
        lambda: draft_version(base=sorp_in_force, number="3", by=nobody),
        lambda: remove_row(row=row, edition=1, by=nobody),
        lambda: move_row(row=row, up=True, edition=1, by=nobody),
        lambda: change_settings(version=draft, edition=1, by=nobody, **SETTINGS_GIVEN),
    ):
        with pytest.raises(PermissionDenied):
            act()


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("consultation", "is in consultation: take it back to draft"),
        ("approved", "is approved, and will be in force from Q1 2011/12"),
        ("in_force", "is in force, so it can no longer change"),
        ("superseded", "has been replaced and is kept as it was"),
    ],
)
def test_what_is_no_draft_cannot_be_written_in(sorp_in_force, officer, draft, state, said):
    row = draft.terms.first() or write_term(draft, officer)
    edition = Version.objects.get(pk=draft.pk).edition
    if state == "in_force":
        Version.objects.filter(pk=sorp_in_force.pk).update(state="superseded")
    day = date(2011, 4, 1)
    Version.objects.filter(pk=draft.pk).update(
        state=state,
        consulted_from=day,
        consulted_until=day,
        from_quarter=day if state != "consultation" else None,
        approved_on=day if state != "consultation" else None,
    )

    for act in (
        lambda: write_term(draft, officer, term="Another", edition=edition),
        lambda: remove_row(row=row, edition=edition, by=officer),
        lambda: move_row(row=draft.trigger_rules.last(), up=True, edition=edition, by=officer),
        lambda: change_settings(version=draft, edition=edition, by=officer, **SETTINGS_GIVEN),
    ):
        with pytest.raises(NotADraft, match=said):
            act()
    assert Version.objects.get(pk=draft.pk).edition == edition


def test_every_author_is_named_once(draft, officer):
    colleague = holder(PostKind.PERFORMANCE_OFFICER)

    write_term(draft, colleague, term="One")
    write_term(draft, colleague, term="Two", edition=2)

    assert {each.author for each in draft.authorships.all()} == {officer, colleague}
    assert draft.authorships.count() == 2


# Editions ---------------------------------------------------------------------------------------


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(draft, officer):
    colleague = holder(PostKind.PERFORMANCE_OFFICER, name="Devi Rao")
    term = write_term(draft, colleague, term="Clinic", meaning="Four levels")

    with pytest.raises(Stale, match="Devi Rao changed this draft after you opened this page"):
        write_term(draft, officer, pk=term.pk, term="Clinic", meaning="Three levels", edition=1)

    assert Term.objects.get(pk=term.pk).meaning == "Four levels"


def test_ones_own_other_window_is_told_apart(draft, officer):
    write_term(draft, officer, term="Clinic")

    with pytest.raises(Stale, match="You changed this draft, in another window, after"):
        write_term(draft, officer, term="Case", edition=1)


def test_a_row_put_twice_is_put_once_whatever_the_edition(draft, officer):
    first = write_term(draft, officer)
    again = write_term(draft, officer)
    changed = write_term(draft, officer, pk=first.pk, meaning="Referred up", edition=2)
    write_term(draft, officer, pk=first.pk, meaning="Referred up", edition=2)

    assert first == again == changed
    assert Version.objects.get(pk=draft.pk).edition == 3
    assert told(officer, "added to draft of the SORP").count() == 1
    assert told(officer, "changed draft of the SORP").count() == 1


def test_a_row_removed_meanwhile_is_said_to_be_gone(draft, officer):
    term = write_term(draft, officer)
    assert remove_row(row=term, edition=2, by=officer)

    with pytest.raises(Gone, match="no longer in the draft"):
        write_term(draft, officer, pk=term.pk, meaning="Referred up", edition=3)
    assert not remove_row(row=term, edition=2, by=officer)
    assert told(officer, "removed from draft of the SORP").count() == 1


def test_a_row_of_another_version_is_out_of_reach(sorp_in_force, draft, officer):
    theirs = sorp_in_force.terms.first()
    was = theirs.meaning

    with pytest.raises(Gone):
        write_term(draft, officer, pk=theirs.pk, meaning="Forged")
    with pytest.raises(NotADraft):
        remove_row(row=theirs, edition=1, by=officer)
    theirs.refresh_from_db()
    assert theirs.meaning == was


# Words ------------------------------------------------------------------------------------------


def write_clause(draft, officer, **given):
    said = {"number": "90.1", "heading": "Audit", "wording": "Every act is recorded."}
    edition = Version.objects.get(pk=draft.pk).edition
    return save_clause(**{"version": draft, "edition": edition, "by": officer} | said | given)


def test_a_change_is_recorded_with_what_it_was_and_what_it_is(draft, officer):
    clause = write_clause(draft, officer)

    write_clause(draft, officer, pk=clause.pk, wording="Every act is recorded, for good.")

    event = told(officer, "changed draft of the SORP").get()
    assert event.detail == {
        "part": "clause",
        "row": "90.1 Audit",
        "edition": 3,
        "was": {"wording": "Every act is recorded."},
        "now": {"wording": "Every act is recorded, for good."},
    }


def test_a_new_clause_stands_by_its_number(draft, officer):
    draft.clauses.all().delete()

    for number in ("1", "4.2", "4.10", "5", "4.9", "A"):
        write_clause(draft, officer, number=number)

    assert [each.number for each in draft.clauses.all()] == ["1", "4.2", "4.9", "4.10", "5", "A"]


def test_clauses_in_an_order_of_their_own_keep_it(draft, officer):
    draft.clauses.all().delete()
    for place, number in enumerate(("5", "4", "6"), start=1):
        Clause.objects.create(
            version=draft, number=number, position=place, heading="Kept", wording="Kept"
        )

    write_clause(draft, officer, number="4.5")

    assert [each.number for each in draft.clauses.all()] == ["5", "4", "6", "4.5"]


@pytest.mark.parametrize(
    ("numbers", "in_order"),
    [(["4.10", "4.9"], ["4.9", "4.10"]), (["B", "10", "2", "2.1"], ["2", "2.1", "10", "B"])],
)
def test_the_order_of_numbers(numbers, in_order):
    assert sorted(numbers, key=order_of) == in_order


def test_what_cites_a_clause_or_a_place_within_it_follows_its_new_number(draft, officer):
    draft.clauses.all().delete()
    four = write_clause(draft, officer, number="4")
    write_clause(draft, officer, number="4.2")

    write_clause(draft, officer, pk=four.pk, number="5")

    cited = {each.name: each.clause for each in draft.trigger_rules.all()}
    assert cited["Red for two quarters"] == "5.1"
    assert cited["Amber for three quarters"] == "4.2"  # a clause by itself, and still there


@pytest.mark.parametrize("number", ["44444444444444444A", "44444444444444444-AB"])
def test_a_number_with_which_what_cites_the_clause_would_not_fit_is_refused(draft, officer, number):
    draft.clauses.all().delete()
    four = write_clause(draft, officer, number="4")
    draft.trigger_rules.filter(name="Red for two quarters").update(clause="4.1.12")

    with pytest.raises(Refused, match=r"cites 4\.1.*20 characters or fewer") as refusal:
        write_clause(draft, officer, pk=four.pk, number=number)

    assert refusal.value.field == "number"
    four.refresh_from_db()
    assert four.number == "4"


@pytest.mark.parametrize("number", ["4.10", "7.5a", "A.1", "4-2", "12"])
def test_a_clause_is_numbered_in_digits_and_letters(draft, officer, number):
    draft.clauses.all().delete()

    assert write_clause(draft, officer, number=number).number == number


@pytest.mark.parametrize(
    "number", [".", "../..", "<b>x</b>", "1..2", "4.²", "4\u202e2", "4.", "-4", "4 2", "٤"]
)
def test_nothing_else_numbers_a_clause_or_cites_one(draft, officer, number):
    red = draft.rag_definitions.get(rag=Rag.RED)
    said = {"rag": Rag.RED, "wording": "Too low.", "clause": number, "pk": red.pk}

    with pytest.raises(Refused, match="digits and letters, joined by single") as refusal:
        write_clause(draft, officer, number=number)
    with pytest.raises(Refused, match="digits and letters, joined by single") as citing:
        save_definition(version=draft, edition=1, by=officer, **said)

    assert (refusal.value.field, citing.value.field) == ("number", "clause")


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"number": ""}, "number", "Enter the number"),
        ({"heading": "  "}, "heading", "Enter the heading"),
        ({"wording": ""}, "wording", "Enter the wording"),
        ({"wording": "a\x00b"}, "wording", "Take the NUL character out"),
        ({"wording": "a" * 10_001}, "wording", "10,000 characters or fewer"),
        ({"heading": "a" * 201}, "heading", "200 characters or fewer"),
        ({"check_made": "everything"}, "check_made", "Choose a measure"),
        ({"number": "90.1", "heading": "Other"}, "number", "Another clause has this number"),
    ],
)
def test_a_clause_that_cannot_be_is_refused_at_its_field(draft, officer, given, field, said):
    write_clause(draft, officer)

    with pytest.raises(Refused, match=said) as refusal:
        write_clause(draft, officer, **{"number": "90.2"} | given)

    assert refusal.value.field == field


def test_a_term_is_the_same_in_capitals(draft, officer):
    write_term(draft, officer, term="Call-in")

    with pytest.raises(Refused, match="This term has its meaning") as refusal:
        write_term(draft, officer, term="CALL-IN", edition=2)

    assert refusal.value.field == "term"


def test_a_status_is_defined_in_other_words_and_never_undefined(draft, officer):
    red = draft.rag_definitions.get(rag=Rag.RED)

    save_definition(
        version=draft,
        edition=1,
        by=officer,
        pk=red.pk,
        rag=Rag.RED,
        clause="3.3",
        wording="Below the floor.",
    )

    assert draft.rag_definitions.get(rag=Rag.RED).wording == "Below the floor."
    with pytest.raises(Refused, match="change its words instead"):
        remove_row(row=red, edition=2, by=officer)


def test_an_appetite_is_linked_to_triggers_of_the_draft_alone(sorp_in_force, draft, officer):
    red = draft.trigger_rules.get(name="Red for two quarters")
    given = {
        "version": draft,
        "by": officer,
        "area": "Adult safeguarding",
        "appetite": Appetite.AVERSE,
        "wording": "No child waits.",
    }

    appetite = save_appetite(edition=1, triggers=[red], **given)
    assert [each.name for each in appetite.triggers.all()] == ["Red for two quarters"]

    save_appetite(edition=2, pk=appetite.pk, triggers=[], **given)
    assert not appetite.triggers.exists()
    with pytest.raises(Refused, match="Choose triggers of this draft"):
        save_appetite(edition=3, triggers=[sorp_in_force.trigger_rules.first()], **given)
    assert told(officer, "changed draft of the SORP").get().detail["was"] == {
        "triggers": ["Red for two quarters"]
    }


# Moving, settings -------------------------------------------------------------------------------


def test_a_trigger_moves_one_place_and_no_further_than_the_end(draft, officer):
    names = [each.name for each in draft.trigger_rules.all()]
    second = draft.trigger_rules.all()[1]

    move_row(row=second, up=True, edition=1, by=officer)

    assert [each.name for each in draft.trigger_rules.all()] == [names[1], names[0], *names[2:]]
    with pytest.raises(Refused, match="is first already"):
        move_row(row=second, up=True, edition=2, by=officer)
    with pytest.raises(Stale):
        move_row(row=second, up=False, edition=1, by=officer)
    event = told(officer, "moved in draft of the SORP").get()
    assert (event.detail["was"], event.detail["now"]) == (2, 1)


def test_settings_are_changed_and_recorded(draft, officer):
    change_settings(
        version=draft,
        edition=1,
        by=officer,
        **SETTINGS_GIVEN | {"exit_quarters": 2, "number": "2.1", "travel_method": "previous"},
    )

    draft.refresh_from_db()
    assert (draft.exit_quarters, draft.number, draft.travel_method) == (2, "2.1", "previous")
    detail = told(officer, "changed draft of the SORP").get().detail
    assert detail["was"] == {"number": "2", "travel_method": "regression", "exit_quarters": 1}
    assert detail["now"] == {"number": "2.1", "travel_method": "previous", "exit_quarters": 2}


def test_settings_that_change_nothing_leave_no_trace(draft, officer):
    change_settings(version=draft, edition=99, by=officer, **SETTINGS_GIVEN)

    assert Version.objects.get(pk=draft.pk).edition == 1


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("exit_quarters", 0, "from 1 to 8"),
        ("exit_quarters", 9, "from 1 to 8"),
        ("relapse_within", 17, "from 0 to 16"),
        ("relapse_shortens_by", 5, "from 0 to 4"),
        ("plan_within", 0, "from 1 to 120"),
        ("plan_within", 10**12, "32767 or less|from 1 to 120"),
        ("travel_method", "guess", "Choose the travel method"),
        ("number", "1", "There is a version 1"),
        ("number", "2 of 3", "Give it a number"),
    ],
)
def test_a_setting_out_of_reach_is_refused_at_its_field(draft, officer, field, value, said):
    with pytest.raises(Refused, match=said) as refusal:
        change_settings(version=draft, edition=1, by=officer, **SETTINGS_GIVEN | {field: value})

    assert refusal.value.field == field
    assert Version.objects.get(pk=draft.pk).edition == 1


# What is stopping improvement -------------------------------------------------------------------------


def test_a_draft_that_says_nothing_new_is_not_ready(sorp_in_force, officer):
    draft = draft_version(base=sorp_in_force, number="2", by=officer)

    said = [each.sentence for each in obstacles(draft) if not each.is_warning]

    assert said[0] == "Nothing is changed yet: it is the same as version 1"
    assert said[1].startswith("Say what changes, and why")


def test_whatever_is_missing_stands_in_the_way(draft, officer):
    draft.trigger_rules.all().delete()
    draft.clauses.all().delete()
    draft.rag_definitions.filter(rag=Rag.AMBER).delete()
    draft.calendar_rules.filter(step="close").delete()
    Version.objects.filter(pk=draft.pk).update(edition=2)
    draft.refresh_from_db()

    found = {each.part: each.sentence for each in obstacles(draft) if not each.is_warning}

    assert found == {
        "clause": "It has no clauses: add what is required and who has to do it",
        "trigger": "It has no triggers, so nothing would ever be referred up",
        "definition": "Say what amber means",
        "calendar": "The calendar no longer says when “Quarter closed” is due",
    }


def test_contradictions_stand_in_the_way_and_the_unusual_is_a_warning(draft):
    TriggerRule.objects.create(
        version=draft,
        position=99,
        clause="99.9",
        name="Red for 3 of 5",
        status="red",
        at_least=3,
        within=5,
        level=Level.CABINET,
    ).tiers.create(tier="corporate")
    draft.level_duties.all().delete()
    first = draft.trigger_rules.first()
    first.pk = None
    first.position, first.key, first.name = 100, "", "The same again"
    first.save()
    for tier in ("corporate", "directorate"):
        first.tiers.create(tier=tier)
    Version.objects.filter(pk=draft.pk).update(edition=2)
    draft = Version.objects.get(pk=draft.pk)

    found = obstacles(draft)

    wrong = [each.sentence for each in found if not each.is_warning]
    warned = " ".join(each.sentence for each in found if each.is_warning)
    assert len(wrong) == 1
    assert "“The same again”" in wrong[0]
    assert "“Red for two quarters”" in wrong[0]
    assert "can be met again by quarters from before a recovery" in warned
    assert "refers to Cabinet, but the ladder does not say" in warned
    assert "“Red for 3 of 5” points to clause 99.9, which the draft does not have" in warned
    assert warned.count("points to clause") == 1  # 4.1 is a place within clause 4
    assert Quarter(2010, 1) == Version.objects.get(number="1").from_quarter


def test_what_stands_in_the_way_is_refused_where_consultation_would_open(draft, officer):
    asked = {"version": draft, "from_quarter": Quarter(2030, 1), "by": officer}
    asked |= {"until": date(2029, 12, 1), "today": date(2029, 10, 1)}

    with pytest.raises(Refused, match="Nothing is changed yet"):
        open_consultation(**asked)
    write_term(draft, officer)
    draft.rag_definitions.filter(rag=Rag.RED).delete()
    with pytest.raises(Refused, match="Say what red means"):
        open_consultation(**asked)
    save_definition(
        version=draft, edition=2, by=officer, rag=Rag.RED, clause="3.3", wording="Too low."
    )

    assert open_consultation(**asked).state == "consultation"
