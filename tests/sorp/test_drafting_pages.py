"""The pages on which a draft of the SORP is written: what they show, keep, refuse and to whom."""

import re

import pytest
from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils.html import escape

from core.models.audit import AuditEvent
from core.quarters import Quarter
from organisation.rules import PostKind
from sorp.models.clauses import Clause, Term
from sorp.models.conditions import TriggerRule
from sorp.models.statement import Version
from sorp.services.drafting import draft_version, remove_row, save_term
from tests.factories import holder
from tests.sorp.versions import version_like

pytestmark = pytest.mark.django_db

A_TRIGGER = {
    "name": "Amber again and again",
    "kind": "status",
    "status": "amber",
    "at_least": "5",
    "within": "6",
    "tiers": ["corporate", "directorate", "division", "team"],
    "level": "cabinet",
    "seen": "1",
}
SENTENCE = "Amber or worse for 5 of the last 6 rated quarters refers an indicator to Cabinet."
A_TERM = {"term": "Intensive care", "meaning": "A plan reviewed every month", "seen": "1"}
SETTINGS = {
    "number": "2",
    "summary": "Reds sooner",
    "travel_method": "previous",
    "exit_quarters": "2",
    "relapse_within": "4",
    "relapse_shortens_by": "1",
    "plan_within": "15",
    "seen": "1",
}


@pytest.fixture
def officer(sorp_in_force):
    return holder(PostKind.PERFORMANCE_OFFICER, name="Imogen Sattar")


@pytest.fixture
def colleague(sorp_in_force):
    return holder(PostKind.PERFORMANCE_OFFICER, name="Devi Rao")


@pytest.fixture
def draft(sorp_in_force, officer):
    return draft_version(base=sorp_in_force, number="2", summary="Reds sooner", by=officer)


@pytest.fixture
def author(client, officer):
    client.force_login(officer)
    return client


def part(draft, which, row=None):
    return reverse("edit_part", args=[draft.number, which, *([row.pk] if row else [])])


def hub(draft):
    return reverse("edit_draft", args=[draft.number])


def rows(draft, which):
    """The address of the page that holds the rows of one part."""
    return reverse("draft_part", args=[draft.number, which])


QUERIES = 32, 32  # of the draft at a glance; of any one part at most
EVERY_PART = (
    *("clause", "definition", "trigger", "ladder"),
    *("calendar", "reminder", "appetite", "term"),
)


def a_trigger(draft, **said):
    return A_TRIGGER | {"clause": draft.clauses.first().number} | said


def edition_of(draft):
    return Version.objects.get(pk=draft.pk).edition


def text_of(response):
    """The words of a page, without its marks and with single spaces."""
    bare = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(bare.replace("&#x27;", "’").replace("&quot;", '"').split())


def in_consultation(draft):
    Version.objects.filter(pk=draft.pk).update(
        state="consultation", consulted_from="2011-05-01", consulted_until="2011-06-01"
    )


# Beginning a draft ------------------------------------------------------------------------------


def test_an_officer_begins_a_draft_from_the_version_in_force(author, sorp_in_force):
    page = author.get(reverse("new_draft"))
    assert "Version 1, in force" in text_of(page)
    assert 'value="2"' in page.content.decode()

    answer = author.post(
        reverse("new_draft"), {"base": "1", "number": "2", "summary": "Reds sooner"}, follow=True
    )

    assert answer.redirect_chain == [("/sorp/versions/2/edit/", 302)]
    assert "Version 2 is started" in text_of(answer)
    assert Version.objects.get(number="2").drafted_from == sorp_in_force


def test_pressing_begin_twice_begins_one(author, sorp_in_force):
    said = {"base": "1", "number": "2", "summary": ""}

    answers = [author.post(reverse("new_draft"), said) for _ in range(2)]

    assert [each.url for each in answers] == ["/sorp/versions/2/edit/"] * 2
    assert Version.objects.count() == 2


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"number": ""}, "Enter the number of the new version"),
        ({"number": "1"}, "There is a version 1: give this one a different number"),
        ({"number": "../3"}, "Give it a number of digits, letters, points and hyphens"),
        ({"number": "2\x00"}, "Take out the NUL character"),
        ({"base": "7"}, "Choose a version from the list"),
        ({"base": ""}, "Choose the version to begin from"),
    ],
)
def test_a_draft_that_cannot_be_is_refused_and_what_was_typed_stays(author, said, told):
    answer = author.post(
        reverse("new_draft"), {"base": "1", "number": "2", "summary": "Half an hour’s work"} | said
    )

    assert answer.status_code == 200
    assert told in text_of(answer)
    assert "Error: Draft a new version" in answer.content.decode()
    assert "Half an hour’s work" in text_of(answer)
    assert Version.objects.count() == 1


def test_where_a_draft_is_being_written_a_second_is_not_begun(author, draft):
    assert "Continue writing version 2" in text_of(author.get(reverse("new_draft")))

    answer = author.post(reverse("new_draft"), {"base": "1", "number": "3", "summary": "Mine"})

    assert "Version 2 is still a draft: change that one" in text_of(answer)
    assert Version.objects.count() == 2


def test_before_there_is_any_sorp_the_page_says_how_to_get_one(client, db):
    client.force_login(holder(PostKind.PERFORMANCE_OFFICER))

    assert "There is no version to begin from" in text_of(client.get(reverse("new_draft")))


# The draft as it stands -------------------------------------------------------------------------


def test_the_draft_is_shown_as_its_reader_will_see_it(author, draft):
    page = " ".join(
        text_of(author.get(each)) for each in (hub(draft), *(rows(draft, k) for k in EVERY_PART))
    )

    for words in (
        "Begun from version 1",
        "written by Imogen Sattar",
        "Nothing is changed yet: it is the same as version 1",
        "Red for 2 of the last 2 rated quarters refers an indicator to PAT.",
        "The target is met or bettered.",
        "21 working days after the quarter ends",
        "1 working day before it is due",
        draft.clauses.first().heading,
        draft.terms.first().term,
        draft.appetites.first().area,
    ):
        assert words in page, words


def test_each_clause_is_folded_with_all_that_it_says(author, draft):
    folds = (
        author.get(rows(draft, "clause"))
        .content.decode()
        .split('<article class="kcc-draft-row"')[1:]
    )

    assert len(folds) == draft.clauses.count() > 20
    for fold, clause in zip(folds, draft.clauses.all(), strict=True):
        inside = fold.partition("<details")[2].partition("</details>")[0]
        assert escape(clause.responsible) in inside
        assert linebreaksbr(clause.wording) in inside


def test_every_row_can_be_changed_from_it(author, draft):
    every = {
        "clause": draft.clauses.all(),
        "definition": draft.rag_definitions.all(),
        "trigger": draft.trigger_rules.all(),
        "ladder": draft.level_duties.all(),
        "calendar": draft.calendar_rules.all(),
        "reminder": draft.reminder_rules.all(),
        "appetite": draft.appetites.all(),
        "term": draft.terms.all(),
    }

    assert tuple(every) == EVERY_PART
    for which, found in every.items():
        page = author.get(rows(draft, which)).content.decode()
        assert found, which
        assert f'"{part(draft, which)}"' in page or which in ("definition", "ladder")
        for row in found:
            assert f'"{part(draft, which, row)}"' in page
            opened = author.get(part(draft, which, row))
            assert opened.status_code == 200
            assert f'name="seen" value="{draft.edition}"' in opened.content.decode()


def test_a_draft_says_how_far_each_part_has_come(author, draft):
    draft.rag_definitions.filter(rag="red").delete()
    draft.clauses.filter(number="5.1").update(wording="Otherwise")
    page = author.get(hub(draft)).content.decode()
    standing = {
        key: re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found))
        for key, found in re.findall(
            r'<tr class="govuk-table__row" id="(\w+)">(.*?)</tr>', page, re.DOTALL
        )
    }

    assert tuple(standing) == EVERY_PART
    assert "2 statuses defined; 1 change from version 1" in standing["definition"]
    assert "1 to put right" in standing["definition"]
    assert f"{draft.clauses.count()} clauses; 1 change from version 1" in standing["clause"]
    assert "as in version 1" in standing["calendar"]
    assert "Nothing to put right" in standing["calendar"]
    assert "To put right: Say what red means" in text_of(author.get(rows(draft, "definition")))
    assert author.get(rows(draft, "poem")).status_code == 404


@pytest.mark.parametrize("how_many", [1, 20])
def test_the_draft_takes_as_many_queries_for_one_row_as_for_twenty(
    author, draft, how_many, django_assert_num_queries, django_assert_max_num_queries
):
    author.get(hub(draft))
    draft.terms.all().delete()
    draft.trigger_rules.exclude(name="Red for two quarters").delete()
    draft.appetites.exclude(pk=draft.appetites.first().pk).delete()
    for number in range(2, how_many + 1):
        Term.objects.create(version=draft, term=f"Term {number}", meaning="It means")
        trigger = TriggerRule.objects.create(
            version=draft,
            position=100 + number,
            clause="4.1",
            name=f"Missing {number}",
            kind="aggregate",
            status="red",
            at_least=1,
            within=1,
            unit_tier="division",
            count=number,
            level="pat",
        )
        trigger.tiers.create(tier="team")
        appetite = draft.appetites.create(area=f"{number}", appetite="open", wording="Some")
        appetite.triggers.set([trigger])
        Clause.objects.create(
            version=draft, number=f"77.{number}", position=100 + number, heading="H", wording="W"
        )

    with django_assert_num_queries(QUERIES[0]):
        author.get(hub(draft))
    for which in EVERY_PART:
        with django_assert_max_num_queries(QUERIES[1]):
            author.get(rows(draft, which))


# Words ------------------------------------------------------------------------------------------


def test_a_row_is_added_changed_and_removed(author, officer, draft):
    added = author.post(part(draft, "term"), A_TERM, follow=True)
    assert "“Intensive care” is in the draft" in text_of(added)
    row = draft.terms.get(term="Intensive care")
    assert added.redirect_chain == [(rows(draft, "term") + f"#row-{row.pk}", 302)]
    author.post(part(draft, "term", row), A_TERM | {"meaning": "Otherwise", "seen": "2"})
    assert draft.terms.get(pk=row.pk).meaning == "Otherwise"

    remove = reverse("remove_part", args=["2", "term", row.pk])
    assert "Remove term" in text_of(author.get(remove))
    author.post(remove, {"seen": "3"})
    assert not draft.terms.filter(pk=row.pk).exists()
    assert AuditEvent.objects.filter(actor=officer, act__endswith="draft of the SORP").count() == 3


@pytest.mark.parametrize(
    ("which", "said"),
    [
        (
            "clause",
            {
                "number": "90.1",
                "heading": "Audit",
                "wording": "Every act is recorded.",
                "responsible": "The performance team",
                "check_made": "returns_on_time",
            },
        ),
        ("appetite", {"area": "Rivers", "appetite": "averse", "wording": "No flood"}),
        (
            "reminder",
            {
                "step": "close",
                "audience": "director",
                "side": "after",
                "working_days": "4",
                "then_every": "2",
            },
        ),
        (
            "calendar",
            {
                "step": "pat",
                "tier": "team",
                "counted_from": "cabinet",
                "working_days": "0",
            },
        ),
    ],
)
def test_a_row_of_every_part_is_added_and_a_second_press_adds_no_other(author, draft, which, said):
    answers = [author.post(part(draft, which), said | {"seen": "1"}) for _ in range(2)]

    assert [each.status_code for each in answers] == [302, 302]
    assert edition_of(draft) == 2


def test_what_a_status_means_and_what_a_level_does_are_put_in_other_words(author, draft):
    red, duty = draft.rag_definitions.get(rag="red"), draft.level_duties.first()
    clause = draft.clauses.first().number

    first = author.post(
        part(draft, "definition", red), {"clause": clause, "wording": "Far below.", "seen": "1"}
    )
    second = author.post(
        part(draft, "ladder", duty),
        {"level": duty.level, "duty": "Asks why.", "within": "5", "clause": clause, "seen": "2"},
    )

    assert (first.status_code, second.status_code) == (302, 302)
    red.refresh_from_db()
    duty.refresh_from_db()
    assert (red.wording, red.rag) == ("Far below.", "red")
    assert (duty.duty, duty.within) == ("Asks why.", 5)


def test_an_appetite_is_linked_to_what_is_ticked(author, draft):
    red = draft.trigger_rules.first()
    said = {"area": "Rivers", "appetite": "averse", "wording": "No flood", "seen": "1"}

    author.post(part(draft, "appetite"), said | {"triggers": [str(red.pk)]})

    row = draft.appetites.get(area="Rivers")
    assert list(row.triggers.all()) == [red]
    assert f'value="{red.pk}" id="id_triggers_0"' in re.sub(
        r'" class="[^"]*"', '"', author.get(part(draft, "appetite", row)).content.decode()
    )


@pytest.mark.parametrize(
    ("which", "said", "told"),
    [
        ("term", {"term": "", "meaning": "Kept words"}, "Enter term"),
        ("term", {"term": "x" * 61, "meaning": "Kept words"}, "60 characters or fewer"),
        ("term", {"term": "a\x00b", "meaning": "Kept words"}, "Take out the NUL character"),
        ("clause", {"number": "1", "heading": "", "wording": "Kept words"}, "Enter heading"),
        ("clause", {"number": "77", "wording": "Kept words " * 500}, "4000 characters or fewer"),
        (
            "ladder",
            {"level": "moon", "duty": "Kept words", "within": "5"},
            "Choose an answer from the list",
        ),
        (
            "ladder",
            {"level": "pat", "duty": "Kept words", "within": "9" * 30},
            "Enter the number of working days as a whole number from 1 to 120",
        ),
        ("appetite", {"area": "", "appetite": "averse", "wording": "Kept words"}, "Enter area"),
        (
            "appetite",
            {"area": "X", "appetite": "averse", "wording": "Kept words", "triggers": ["99999999"]},
            "Choose triggers of this draft",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_stays_typed(author, draft, which, said, told):
    answer = author.post(part(draft, which), said | {"seen": "1"})

    assert answer.status_code == 200
    assert told in text_of(answer)
    assert "There is a problem" in text_of(answer)
    assert "Kept words" in text_of(answer)
    assert edition_of(draft) == 1


def test_a_refusal_of_the_service_stands_at_its_field(author, draft):
    held = draft.terms.first().term

    answer = author.post(part(draft, "term"), A_TERM | {"term": held.upper()})

    assert 'id="id_term_error"' in answer.content.decode()
    assert "This term has its meaning: change that one instead" in text_of(answer)


# Somebody else at work --------------------------------------------------------------------------


def test_a_stale_form_is_refused_with_both_before_the_writer(author, draft, colleague):
    row = save_term(version=draft, edition=1, by=colleague, term="Clinic", meaning="Monthly")
    save_term(version=draft, edition=2, by=colleague, pk=row.pk, term="Clinic", meaning="Weekly")

    answer = author.post(
        part(draft, "term", row), {"term": "Clinic", "meaning": "Each fortnight", "seen": "2"}
    )

    page = text_of(answer)
    assert answer.status_code == 409
    assert "Devi Rao changed this draft after you opened this page" in page
    assert "Weekly" in page
    assert "Each fortnight" in page
    assert 'name="seen" value="3"' in answer.content.decode()
    row.refresh_from_db()
    assert row.meaning == "Weekly"

    again = author.post(
        part(draft, "term", row), {"term": "Clinic", "meaning": "Each fortnight", "seen": "3"}
    )
    row.refresh_from_db()
    assert (again.status_code, row.meaning) == (302, "Each fortnight")


def test_another_mistake_does_not_hide_that_a_form_is_stale(author, draft, colleague):
    """A form that comes back to be mended still says which edition it was opened with."""
    save_term(version=draft, edition=1, by=colleague, term="Clinic", meaning="Monthly")

    answer = author.post(part(draft, "term"), A_TERM | {"meaning": ""})
    assert 'name="seen" value="1"' in answer.content.decode()

    assert author.post(part(draft, "term"), A_TERM).status_code == 409


@pytest.mark.parametrize("seen", ["", "x", "-1", "9" * 40, "٣", "1.0", "\x00"])
def test_an_edition_that_nobody_saw_is_stale(author, draft, seen):
    answer = author.post(part(draft, "term"), A_TERM | {"seen": seen})

    assert answer.status_code == 409
    assert "A plan reviewed every month" in text_of(answer)
    assert edition_of(draft) == 1


def test_removing_and_moving_what_has_changed_are_refused(author, draft, colleague):
    term, trigger = draft.terms.first(), draft.trigger_rules.last()
    save_term(version=draft, edition=1, by=colleague, term="Clinic", meaning="Monthly")

    removed = author.post(reverse("remove_part", args=["2", "term", term.pk]), {"seen": "1"})
    moved = author.post(
        reverse("move_part", args=["2", "trigger", trigger.pk]),
        {"seen": "1", "act": "up"},
        follow=True,
    )

    assert removed.status_code == 409
    assert "Devi Rao has changed this draft since. This is what it says now" in text_of(removed)
    assert "Devi Rao has changed this draft since, and" in text_of(moved)
    assert "you typed" not in text_of(removed) + text_of(moved)
    assert draft.terms.filter(pk=term.pk).exists()
    assert draft.trigger_rules.last() == trigger


def test_removing_twice_removes_once_and_moving_twice_moves_once(author, draft):
    term, trigger = draft.terms.first(), draft.trigger_rules.last()
    remove = reverse("remove_part", args=["2", "term", term.pk])
    move = reverse("move_part", args=["2", "trigger", trigger.pk])

    for _ in range(2):
        author.post(remove, {"seen": "1"})
        author.post(move, {"seen": "2", "act": "up"})

    assert edition_of(draft) == 3
    assert list(draft.trigger_rules.all())[-2] == trigger
    assert "no longer in the draft" in text_of(author.get(remove, follow=True))


def test_what_went_into_consultation_meanwhile_gives_back_what_was_typed(author, draft):
    in_consultation(draft)

    answer = author.post(part(draft, "term"), A_TERM)

    page = text_of(answer)
    assert answer.status_code == 409
    assert "Version 2 is in consultation: take it back to draft" in page
    assert "A plan reviewed every month" in page
    assert "csrfmiddlewaretoken" not in page


def test_what_was_removed_meanwhile_gives_back_what_was_typed(author, draft, colleague):
    term = draft.terms.first()
    remove_row(row=term, edition=1, by=colleague)

    answer = author.post(part(draft, "term", term), A_TERM)

    assert answer.status_code == 409
    assert "This term is no longer in the draft" in text_of(answer)
    assert "A plan reviewed every month" in text_of(answer)
    assert author.get(part(draft, "term", term)).status_code == 404


def test_what_is_moved_twice_at_once_is_moved_once_and_the_order_is_shown(author, draft):
    last = draft.trigger_rules.last()
    move = reverse("move_part", args=["2", "trigger", last.pk])

    answers = [author.post(move, {"seen": "1", "act": "up"}, follow=True) for _ in range(2)]

    told = f"The draft has changed since, and “{last}” was not moved: this is the order now"
    assert told in text_of(answers[1])
    assert "typed" not in text_of(answers[1])
    assert list(draft.trigger_rules.all())[-2] == last


@pytest.mark.parametrize("said", [{}, {"act": ""}, {"act": "zzz"}, {"act": "UP"}])
def test_a_row_is_moved_up_or_down_and_no_other_way(author, draft, said):
    order = list(draft.trigger_rules.all())
    move = reverse("move_part", args=["2", "trigger", order[0].pk])

    assert author.post(move, {"seen": "1"} | said).status_code == 404
    assert list(draft.trigger_rules.all()) == order


def test_a_trigger_that_is_no_rule_can_be_opened_and_put_right(author, draft):
    row = draft.trigger_rules.first()
    TriggerRule.objects.filter(pk=row.pk).update(
        kind="forecast", forecast_by="system", percent=60, at_least=2, within=2
    )

    assert author.get(part(draft, "trigger", row)).status_code == 200


@pytest.mark.parametrize(
    ("number", "offered"),
    [("3-a", "4"), ("3a", "4"), ("2.1", "3"), ("A", "2"), ("9" * 20, "2"), ("2²", "3")],
)
def test_the_number_offered_is_the_next_whole_one_whatever_numbers_there_are(
    author, sorp_in_force, number, offered
):
    version_like(sorp_in_force, from_quarter=Quarter(2030, 1), number=number)

    page = author.get(reverse("new_draft"))

    assert page.context["form"].initial["number"] == offered


def test_a_version_in_force_cannot_be_edited_by_any_door(author, sorp_in_force):
    term, trigger = sorp_in_force.terms.first(), sorp_in_force.trigger_rules.first()
    doors = [
        ("get", hub(sorp_in_force), {}),
        ("get", part(sorp_in_force, "trigger", trigger), {}),
        ("post", part(sorp_in_force, "trigger", trigger), A_TRIGGER),
        ("post", part(sorp_in_force, "term"), A_TERM),
        ("post", reverse("remove_part", args=["1", "term", term.pk]), {"seen": "1"}),
        ("post", reverse("move_part", args=["1", "trigger", trigger.pk]), {"seen": "1"}),
        ("post", reverse("edit_settings", args=["1"]), SETTINGS),
    ]

    for method, address, said in doors:
        answer = getattr(author, method)(address, said)
        assert answer.status_code == 409, address
        assert "Version 1 is in force, so it can no longer change" in text_of(answer)
    assert AuditEvent.objects.filter(act__contains="draft").count() == 0


@pytest.mark.parametrize(
    "address",
    [
        "/sorp/versions/99/edit/",
        "/sorp/versions/2/edit/poem/new/",
        "/sorp/versions/2/edit/term/999999999999999999999999/",
        "/sorp/versions/2/edit/term/0/",
        "/sorp/versions/%00/edit/",
    ],
)
def test_an_address_that_leads_to_no_row_leads_nowhere(author, draft, address):
    assert author.get(address).status_code == 404


def test_a_row_is_reached_through_its_own_version_alone(author, draft, sorp_in_force):
    theirs = sorp_in_force.terms.first()

    assert author.post(part(draft, "term", theirs), A_TERM).status_code == 404


def test_only_the_performance_team_comes_in(client, draft, sorp_in_force):
    trigger = draft.trigger_rules.first()
    doors = [
        reverse("new_draft"),
        hub(draft),
        rows(draft, "trigger"),
        part(draft, "trigger", trigger),
        reverse("edit_settings", args=["2"]),
        reverse("remove_part", args=["2", "trigger", trigger.pk]),
    ]

    for kind in PostKind:
        client.force_login(holder(kind))
        expected = 200 if kind is PostKind.PERFORMANCE_OFFICER else 403
        assert {client.get(door).status_code for door in doors} == {expected}, kind
        if expected == 403:
            assert client.post(part(draft, "term"), A_TERM).status_code == 403
    assert edition_of(draft) == 1


# Triggers ---------------------------------------------------------------------------------------


def test_a_trigger_is_tried_before_it_is_kept(author, draft):
    answer = author.post(part(draft, "trigger"), a_trigger(draft, act="preview"))

    assert answer.status_code == 200
    assert "There is a problem" not in text_of(answer)
    assert SENTENCE in text_of(answer)
    assert 'value="Amber again and again"' in answer.content.decode()
    assert edition_of(draft) == 1
    assert draft.trigger_rules.count() == 7


def test_previewing_names_what_it_would_contradict_and_saving_refuses_it(author, draft):
    said = a_trigger(draft, status="red", at_least="3", within="3", level="pat")

    tried = text_of(author.post(part(draft, "trigger"), said | {"act": "preview"}))
    kept = author.post(part(draft, "trigger"), said)

    told = "can never be the first to be met: “Red for two quarters” (clause 4.1)"
    assert "Red for 3 of the last 3 rated quarters refers an indicator to PAT." in tried
    assert "This does not work:" in tried
    assert told in tried
    assert kept.status_code == 200
    assert "Red for 3 of the last 3 rated quarters refers an indicator to PAT." in text_of(kept)
    assert told in text_of(kept)
    assert 'id="id_at_least_error"' in kept.content.decode()
    assert draft.trigger_rules.count() == 7


def test_previewing_says_what_is_only_unusual_and_saving_keeps_it(author, draft):
    draft.level_duties.filter(level="cabinet").delete()

    tried = text_of(author.post(part(draft, "trigger"), a_trigger(draft, act="preview")))
    kept = author.post(part(draft, "trigger"), a_trigger(draft))

    assert "Worth a second look: “Amber again and again”" in tried
    assert kept.status_code == 302
    assert draft.trigger_rules.last().name == "Amber again and again"


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (
            {"kind": "worsening", "status": "", "compared_with": "year_before"},
            "Worse than the same quarter last year for 5 of the last 6 comparable quarters",
        ),
        (
            {"kind": "variance", "status": "", "percent": "12.5"},
            "Short of target by 12.5% of it or more for 5 of the last 6 rated quarters",
        ),
        (
            {"kind": "forecast", "forecast_by": "system", "percent": "70"},
            "A chance of 70% or more of amber or worse next quarter refers",
        ),
        (
            {"kind": "forecast", "forecast_by": "manager"},
            "Forecast by its accountable manager to be amber or worse at the year’s end refers",
        ),
        ({"kind": "no_result", "status": "late"}, "No result, or a late one, for 5 of the last 6"),
        ({"kind": "positive", "percent": "10"}, "Green and better than target by 10% of it or"),
        (
            {"kind": "aggregate", "status": "red", "unit_tier": "division", "count": "4"},
            "4 or more results of indicators red in one division over the last 6 quarters",
        ),
        (
            {"movement": "not_better", "compared_with": "travel"},
            "Amber or worse, and not improving, for 5 of the last 6 rated quarters",
        ),
    ],
)
def test_every_kind_is_written_on_the_page_and_what_it_does_not_need_is_left_aside(
    author, draft, said, sentence
):
    """Answers to what the kind does not ask, sense or nonsense, stand in nobody's way."""
    needed = {"kind", "status", *said}
    idle = {"forecast_by": "manager", "unit_tier": "council", "count": "zero"}
    idle |= {"percent": "a tenth", "movement": "worse", "compared_with": "travel"}
    if said.get("kind", "status") == "status":
        idle |= {"percent": "12"}
    typed = a_trigger(draft, **{k: v for k, v in idle.items() if k not in needed} | said)
    if said.get("kind") in ("forecast", "aggregate"):
        typed |= {"at_least": "many"}

    tried = author.post(part(draft, "trigger"), typed | {"act": "preview"})
    kept = author.post(part(draft, "trigger"), typed)

    assert sentence in text_of(tried)
    assert kept.status_code == 302
    row = draft.trigger_rules.get(name="Amber again and again")
    opened = text_of(author.get(part(draft, "trigger", row)))
    assert sentence in opened
    assert sentence in text_of(author.get(rows(draft, "trigger")))


@pytest.mark.parametrize(
    ("said", "field", "told"),
    [
        ({"at_least": "3", "within": "2"}, "at_least", "It asks for 3 of the last 2 quarters"),
        ({"at_least": ""}, "at_least", "Enter in how many quarters as a whole number from 1 to 16"),
        ({"within": "17"}, "within", "Enter how many quarters it looks at as a whole number"),
        ({"within": "9" * 50}, "within", "Enter how many quarters it looks at as a whole"),
        ({"within": "two"}, "within", "Enter how many quarters it looks at as a whole"),
        ({"status": ""}, "status", "A trigger of this kind looks for red or amber or worse"),
        ({"status": "no_result"}, "status", "no result is a kind of its own"),
        ({"status": "purple"}, "status", "Choose an answer from the list"),
        ({"movement": "worse"}, "movement", "Say both which way it moves and what"),
        ({"kind": "variance", "percent": ""}, "percent", "Give the per cent it needs"),
        ({"kind": "variance", "percent": "ten"}, "percent", "Enter the per cent as a number"),
        ({"kind": "variance", "percent": "NaN"}, "percent", "Enter the per cent as a number"),
        ({"kind": "variance", "percent": "1e999"}, "percent", "must be 1000 or less"),
        (
            {"kind": "forecast", "forecast_by": "system", "percent": "101"},
            "percent",
            "No chance is greater than 100%",
        ),
        ({"kind": "forecast"}, "forecast_by", "Say whose forecast is meant"),
        ({"kind": "worsening", "compared_with": ""}, "compared_with", "Compare each result with"),
        ({"kind": "aggregate", "count": "1"}, "count", "from 2 to 1,000"),
        ({"kind": "aggregate", "count": "3"}, "unit_tier", "Say of which unit"),
        ({"kind": "wish"}, "kind", "Choose an answer from the list"),
        ({"tiers": []}, "tiers", "Choose at least one tier of indicator"),
        ({"tiers": ["parish"]}, "tiers", "Choose tiers from the list"),
        ({"level": "moon"}, "level", "Choose an answer from the list"),
        ({"name": ""}, "name", "Enter a name for the trigger"),
        ({"name": "a\x00"}, "name", "Take out the NUL character"),
        ({"clause": "9" * 21}, "clause", "20 characters or fewer"),
        ({"name": "RED FOR TWO QUARTERS"}, "name", "Another trigger has this name"),
    ],
)
@pytest.mark.parametrize("act", ["save", "preview"])
def test_nonsense_is_refused_at_its_field_saved_or_tried(author, draft, said, field, told, act):
    if act == "preview" and said.get("name", "").startswith("RED"):
        told, field = "Two triggers are called “RED FOR TWO QUARTERS”", None
    answer = author.post(part(draft, "trigger"), a_trigger(draft, **said) | {"act": act})

    assert answer.status_code == 200
    assert told in text_of(answer)
    if field:
        assert f'id="id_{field}_error"' in answer.content.decode()
    assert draft.trigger_rules.count() == 7


def test_an_empty_form_asks_for_what_is_missing(author, draft):
    page = text_of(author.post(part(draft, "trigger"), {}))

    for told in (
        "Enter a name for the trigger",
        "Enter its clause number",
        "Choose at least one tier of indicator",
    ):
        assert told in page


def test_the_sentence_is_said_while_the_form_is_filled_in(author, draft):
    address = reverse("preview_trigger", args=["2"])

    whole = text_of(author.post(address, a_trigger(draft)))
    half = text_of(author.post(address, a_trigger(draft, within="")))

    assert SENTENCE in whole
    assert "appears here once the answers above fit together" in half
    assert "Enter how many quarters it looks at" in half
    assert edition_of(draft) == 1
    assert author.get(address).status_code == 405


def test_a_trigger_opened_again_holds_its_own_answers(author, draft):
    row = draft.trigger_rules.get(name="Red at division")

    page = author.get(part(draft, "trigger", row)).content.decode()

    assert 'value="Red at division"' in page
    assert re.search(r'name="tiers" value="team"[^>]* checked', page)
    assert not re.search(r'name="tiers" value="corporate"[^>]* checked', page)
    assert re.search(r'name="level" value="division"[^>]* checked', page)


# Settings ---------------------------------------------------------------------------------------


def test_settings_are_saved_and_the_page_follows_a_new_number(author, draft):
    answer = author.post(
        reverse("edit_settings", args=["2"]), SETTINGS | {"number": "2.1"}, follow=True
    )

    page = text_of(answer)
    assert answer.redirect_chain == [("/sorp/versions/2.1/edit/#settings", 302)]
    assert "Green for 2 rated quarters running" in page
    assert "a trigger then asks for 1 quarter fewer" in page
    assert "Within 15 working days of escalation" in page
    assert "Needed for red and amber" not in page
    draft.refresh_from_db()
    assert (draft.number, draft.action_on_amber) == ("2.1", False)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"exit_quarters": "0"}, "as a whole number from 1 to 8"),
        ({"relapse_within": "-1"}, "as a whole number from 0 to 16"),
        ({"plan_within": "1000000000000"}, "as a whole number from 1 to 120"),
        ({"number": "1"}, "There is a version 1"),
        ({"number": "2 / 3"}, "Give it a number of digits"),
        ({"travel_method": "vibes"}, "Choose an answer from the list"),
    ],
)
def test_settings_that_cannot_be_are_refused_and_stay_typed(author, draft, said, told):
    answer = author.post(
        reverse("edit_settings", args=["2"]), SETTINGS | {"summary": "Kept words"} | said
    )

    assert told in text_of(answer)
    assert "Kept words" in text_of(answer)
    assert edition_of(draft) == 1


def test_stale_settings_are_shown_beside_what_is_saved(author, draft, colleague):
    save_term(version=draft, edition=1, by=colleague, term="Clinic", meaning="Monthly")

    answer = author.post(reverse("edit_settings", args=["2"]), SETTINGS)

    page = text_of(answer)
    assert answer.status_code == 409
    assert "Green for how many rated quarters running is a recovery? 1 2" in page
    assert 'name="seen" value="2"' in answer.content.decode()
