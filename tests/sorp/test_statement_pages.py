"""The SORP's pages: read by everyone, compared, talked over, approved."""

import re
from datetime import date

import pytest
import time_machine
from django.urls import reverse

from core.models.audit import AuditEvent
from core.quarters import Quarter
from escalation.views import approval as views
from sorp.models.clauses import Clause, Comment, Term
from sorp.models.conditions import LevelDuty, TriggerRule
from sorp.models.statement import Statement, Version
from sorp.services.approval import bring_into_force
from sorp.services.consultation import comment_on_version, open_consultation
from tests.factories import UserFactory
from tests.sorp import people
from tests.sorp.versions import draft_like, version_like

pytestmark = pytest.mark.django_db
OPENED, UNTIL, TODAY = date(2011, 10, 3), date(2011, 10, 17), date(2011, 10, 20)
Q3, Q4 = Quarter(2011, 3), Quarter(2011, 4)
State = Version.State


@pytest.fixture(autouse=True)
def _in_october():
    with time_machine.travel("2011-10-20 10:00", tick=False):
        yield


@pytest.fixture
def officer():
    return people.officer(name="Olive Officer")


@pytest.fixture
def director():
    return people.managing_director(name="Dinah Director")


@pytest.fixture
def draft(sorp_in_force, officer):
    return draft_like(
        sorp_in_force, drafted_by=officer, summary="Two ambers are enough", exit_quarters=2
    )


@pytest.fixture
def consulted(draft, officer):
    """A version whose consultation ended three days ago, meant for Q4 2011/12."""
    draft.trigger_rules.filter(name="Amber for three quarters").update(within=4)
    draft.clauses.filter(number="5.1").update(wording="A result is submitted within a week.")
    return open_consultation(version=draft, from_quarter=Q4, until=UNTIL, today=OPENED, by=officer)


@pytest.fixture
def open_one(draft, officer):
    """A version on which people may comment until November."""
    return open_consultation(
        version=draft, from_quarter=Q4, until=date(2011, 11, 30), today=OPENED, by=officer
    )


def read(client, name, *args, who=None, query=""):
    if who is not None:
        client.force_login(who)
    return client.get(reverse(name, args=args) + query)


def main_of(response):
    return response.content.decode().partition("<main")[2].partition("</main>")[0]


def words(response):
    """What a page says, without its markup and with single spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", main_of(response)))


# The version in force


def test_anyone_reads_the_version_in_force_with_all_its_clauses_and_rules(client, sorp_in_force):
    contents, page = words(read(client, "sorp")), words(read(client, "sorp_whole"))

    for clause in Clause.objects.filter(version=sorp_in_force):
        assert f"{clause.number} {clause.heading}" in contents
        assert clause.wording.split("\n")[0] in page
    for said in (
        "Red for 2 of the last 2 rated quarters refers an indicator to PAT.",
        "The target is met or bettered.",
        "Within 25 working days of the referral.",
        "Results submitted by the day they were due",
        "12 working days after the quarter ends",
        "5 working days before it is due",
        "An escalation within 4 quarters of a recovery is a relapse.",
        "Knowing where we stand: averse",
        "Escalation",
    ):
        assert said.casefold() in page.casefold(), said


def test_before_a_version_is_in_force_it_says_who_brings_one_in(client, officer):
    assert "The performance team has to bring one into force" in words(read(client, "sorp"))
    client.force_login(officer)
    assert "Bring the default one into force; your own" in words(read(client, "sorp"))
    client.logout()
    assert read(client, "terms").status_code == 200


def test_a_clause_and_its_trigger_of_one_number_read_as_one(client, draft, officer):
    row = draft.trigger_rules.get(name="Amber for three quarters")
    TriggerRule.objects.filter(pk=row.pk).update(clause="4.8")
    Clause.objects.create(
        version=draft, number="4.8", position=99, heading="Slow decline", wording="It is looked at."
    )

    page = words(read(client, "sorp_version_whole", "2", who=officer))

    assert "Slow decline It is looked at. The trigger. Amber" in page
    assert "It is called “Amber for three quarters”." in page
    assert "4.8 Amber for three quarters." not in page


@pytest.mark.parametrize("name", ["sorp", "sorp_whole"])
def test_every_anchor_of_the_contents_and_of_the_rules_is_there_and_there_once(
    client, sorp_in_force, name
):
    html = read(client, name).content.decode()
    ids = re.findall(r'\bid="([^"]+)"', html)

    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)
    # Addresses of before, such as /sorp/#clause-3.1, still lead to their line of the contents.
    assert {"clause-4", "clause-5.1", "calendar", "reminders", "settings"} <= set(ids)
    if name == "sorp_whole":
        assert {"clause-3.1", "clause-4.7", "clause-7.4", "clause-14.1"} <= set(ids)


def links_of(response, to):
    return re.findall(rf'href="({to}[^"#]*)', main_of(response))


def test_every_clause_and_part_is_read_at_an_address_of_its_own(client, sorp_in_force):
    front = read(client, "sorp")
    clauses, parts = links_of(front, "/sorp/clauses/"), links_of(front, "/sorp/parts/")

    assert set(clauses) == {
        reverse("sorp_clause", args=[each.key]) for each in sorp_in_force.clauses.all()
    }
    assert len(set(parts)) == 5
    for clause in sorp_in_force.clauses.all():
        page = words(read(client, "sorp_clause", clause.key))
        assert clause.heading in page
        assert clause.wording.split("\n")[0] in page
    said = " ".join(words(client.get(each)) for each in parts)
    for rule in (
        "12 working days after the quarter ends",
        "5 working days before it is due",
        "An escalation within 4 quarters of a recovery is a relapse.",
        "Knowing where we stand: averse",
    ):
        assert rule.casefold() in said.casefold(), rule
    chapter = read(client, "sorp_clause", sorp_in_force.clauses.get(number="4").key)
    assert "Red for 2 of the last 2 rated quarters refers an indicator to PAT." in words(chapter)
    assert reverse("sorp_clause", args=[sorp_in_force.clauses.get(number="5").key]) in links_of(
        chapter, "/sorp/clauses/"
    )


def test_a_clause_keeps_its_address_when_it_is_renumbered_and_when_it_is_dropped(
    client, sorp_in_force
):
    moved, dropped = (sorp_in_force.clauses.get(number=each) for each in ("5.1", "5.2"))

    def change(new):
        new.clauses.filter(key=moved.key).update(number="5.9", heading="Results in time")
        new.clauses.filter(key=dropped.key).delete()

    version_like(sorp_in_force, from_quarter=Q3, change=change)
    bring_into_force(today=TODAY, by=None)

    assert "5.9 Results in time" in words(read(client, "sorp_clause", moved.key))
    gone = client.get(reverse("sorp_clause", args=[dropped.key]), follow=True)
    assert gone.redirect_chain == [(f"/sorp/versions/1/clauses/{dropped.key}/", 302)]
    assert "Version 2 took its place" in words(gone)
    assert read(client, "sorp_clause", "never-was").status_code == 404
    assert read(client, "sorp_part", "never-was").status_code == 404


def test_rules_of_one_number_or_of_none_have_no_anchor_twice(client, draft, officer):
    TriggerRule.objects.filter(version=draft).update(clause="4")
    LevelDuty.objects.filter(version=draft).update(clause="99")

    response = read(client, "sorp_version_whole", "2", who=officer)

    ids = re.findall(r'\bid="([^"]+)"', response.content.decode())
    assert len(ids) == len(set(ids))
    assert "Rules without a clause" in words(response)


def test_a_public_page_says_the_same_whoever_asks(client, sorp_in_force, officer, director):
    pages = [read(client, "sorp", who=each) for each in (None, officer, director)]
    own_ways = re.compile(r"<nav.*?</nav>", re.DOTALL)
    said = {re.sub(r"\s+", " ", own_ways.sub("", main_of(each))) for each in pages}

    assert len(said) == 1


def test_in_public_an_office_approved_and_not_a_person(client, sorp_in_force, director):
    version = version_like(sorp_in_force, from_quarter=Q3, approved_by=None)
    Version.objects.filter(pk=version.pk).update(state=State.DRAFT, approved_on=None)
    Version.objects.filter(pk=version.pk).update(
        state=State.APPROVED, approved_on=TODAY, approved_by=director
    )
    bring_into_force(today=TODAY, by=None)

    page = words(read(client, "sorp"))

    assert "20 October 2011, by the managing director" in page
    assert "Dinah" not in page


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("sorp", ()),
        ("sorp_whole", ()),
        ("sorp_part", ("calendar",)),
        ("sorp_version", ("1",)),
        ("terms", ()),
        ("sorp_differences", ("2", "1")),
    ],
)
def test_public_pages_are_kept_by_caches_until_something_changes(client, sorp_in_force, name, args):
    version_like(sorp_in_force, from_quarter=Q3)
    bring_into_force(today=TODAY, by=None)
    first = read(client, name, *args)

    assert first.headers["Cache-Control"] == "public, max-age=300"
    tag = first.headers["ETag"]
    again = client.get(reverse(name, args=args), headers={"if-none-match": tag})
    assert again.status_code == 304

    version_like(sorp_in_force, from_quarter=Q4, number="3")
    bring_into_force(today=date(2012, 1, 1), by=None)
    assert read(client, name, *args).headers["ETag"] != tag


def test_for_somebody_signed_in_nothing_is_kept_by_shared_caches(client, officer, sorp_in_force):
    assert read(client, "sorp", who=officer).headers["Cache-Control"] == "private, no-cache"


def test_how_much_is_asked_does_not_grow_with_the_statement(
    client, sorp_in_force, django_assert_max_num_queries
):
    with django_assert_max_num_queries(20):
        read(client, "sorp_whole")

    def longer(new):
        Clause.objects.bulk_create(
            Clause(version=new, number=f"20.{n}", position=100 + n, heading="More", wording="More")
            for n in range(20)
        )

    version_like(sorp_in_force, from_quarter=Q3, change=longer)
    bring_into_force(today=TODAY, by=None)
    with django_assert_max_num_queries(20):
        read(client, "sorp_whole")


# Versions


def test_a_superseded_version_is_public_and_says_what_took_its_place(client, sorp_in_force):
    version_like(sorp_in_force, from_quarter=Q3)
    bring_into_force(today=TODAY, by=None)

    page = words(read(client, "sorp_version", "1"))

    assert "Superseded. Version 2 took its place from Q3 2011/12." in page


@pytest.mark.parametrize("state", ["draft", "consultation", "approved"])
def test_what_is_not_in_force_is_hidden_from_the_public_and_marked_for_readers(
    client, draft, sorp_in_force, state
):
    draft.state, draft.from_quarter = state, Q4
    draft.consulted_from, draft.consulted_until = OPENED, UNTIL
    draft.approved_on = TODAY if state == "approved" else None
    draft.save()

    for name, args in [
        ("sorp_version", ("2",)),
        ("sorp_version_whole", ("2",)),
        ("sorp_version_part", ("2", "calendar")),
        ("sorp_differences", ("2", "1")),
    ]:
        hidden = read(client, name, *args)
        assert hidden.status_code == 404
        assert hidden.content == read(client, name, "9", *args[1:]).content
    assert read(client, "sorp_version", "2", who=UserFactory()).status_code == 404
    page = words(read(client, "sorp_version", "2", who=people.accountable_manager()))
    assert f"{draft.get_state_display()}. " in page
    assert ("not public" if state == "approved" else "only those who sign in can read it") in page


def test_versions_are_listed_with_what_one_may_do(client, consulted, officer, director):
    drafter, approver, reader = (
        words(read(client, "sorp_versions", who=each))
        for each in (officer, director, people.member())
    )

    for page in (drafter, approver, reader):
        assert "Version 2: in consultation" in page
        assert "Planned to be in force from Q4 2011/12" in page
    assert "Approve, or see what is stopping it" in approver
    assert "What is stopping approval" in drafter
    assert "approv" not in reader.partition("In force, now or before")[0].casefold()


# What differs


def test_what_differs_is_told_word_by_word_and_rule_by_rule(client, consulted, officer):
    response = read(client, "sorp_differences", "2", "1", who=officer)
    html, page = response.content.decode(), words(response)

    assert "Changed “Amber for three quarters”" in page
    assert "From: Amber or worse for 3 of the last 3 rated quarters" in page
    assert "To: Amber or worse for 3 of the last 4 rated quarters" in page
    assert "green in its latest 2 rated quarters" in page
    assert "[put in: within a week" in page
    assert re.search(r"<del [^>]*>.*taken out: ", html)
    assert page.count("5.1 Results are returned on time") == 1
    assert "5.2" not in page


def test_versions_that_differ_in_nothing_say_so(client, draft, sorp_in_force, officer):
    Version.objects.filter(pk=draft.pk).update(exit_quarters=1)

    page = words(read(client, "sorp_differences", "2", "1", who=officer))

    assert "No rule differs." in page
    assert "No clause differs." in page


def test_the_later_version_is_held_against_the_earlier_whichever_is_named_first(
    client, consulted, officer
):
    response = read(client, "sorp_differences", "1", "2", who=officer)

    assert response.status_code == 302
    assert response["Location"] == reverse("sorp_differences", args=["2", "1"])


def test_a_version_is_not_compared_with_itself(client, sorp_in_force):
    assert read(client, "sorp_differences", "1", "1").status_code == 404


# Talking it over


def talk(client, who, act, *, number="2", **typed):
    client.force_login(who)
    return client.post(reverse("consultation", args=[number]), {"act": act, **typed})


def test_a_manager_comments_on_a_clause_and_sees_it_there(client, open_one):
    manager = people.accountable_manager(name="Mina Manager")
    form = read(client, "consultation", "2", who=manager, query="?on=5.1")
    assert 'value="5.1"' in form.content.decode()

    response = talk(client, manager, "comment", clause="5.1", words="A week is too short.")

    comment = Comment.objects.get()
    assert response.url == f"/sorp/versions/2/consultation/#comment-{comment.pk}"
    page = words(client.get("/sorp/versions/2/consultation/"))
    assert "Mina Manager, 20 October 2011 A week is too short. Not yet answered." in page


def test_a_comment_that_cannot_stand_comes_back_as_it_was_typed(client, open_one):
    response = talk(
        client, people.accountable_manager(), "comment", clause="99", words="Keep what I typed"
    )

    assert response.status_code == 200
    assert "There is no clause 99 in this version" in words(response)
    assert "Keep what I typed" in response.content.decode()
    empty = talk(client, people.accountable_manager(), "comment", clause="5.1", words=" ")
    assert "Enter your comment" in words(empty)
    assert not Comment.objects.exists()


def test_what_was_typed_after_the_last_day_is_kept_on_the_page(client, consulted):
    response = talk(
        client, people.accountable_manager(), "comment", clause="5.1", words="Keep what I typed"
    )

    assert "The consultation ended on 17 October 2011" in words(response)
    assert "Keep what I typed" in response.content.decode()


def test_the_performance_team_answers(client, open_one, officer):
    comment = comment_on_version(
        version=open_one, clause="", words="Why?", today=TODAY, by=people.accountable_manager()
    )
    form = read(client, "consultation", "2", who=officer, query=f"?answer={comment.pk}")
    assert "Your answer" in words(form)

    missing = talk(client, officer, "answer", comment=comment.pk, words="So that", led_to_change="")
    assert "Say whether it led to a change" in words(missing)
    assert "So that" in missing.content.decode()
    talk(client, officer, "answer", comment=comment.pk, words="Because.", led_to_change="yes")

    page = words(client.get("/sorp/versions/2/consultation/"))
    assert "Answer by Olive Officer, 20 October 2011. It led to a change. Because." in page
    assert "1 comment, all answered" in page


@pytest.mark.parametrize("key", ["9" * 5000, "9" * 19, "²", "x", "-1", "0"])
def test_what_names_no_comment_is_answered_as_what_is_not_there(client, open_one, officer, key):
    shown = read(client, "consultation", "2", who=officer, query=f"?answer={key}")
    sent = talk(client, officer, "answer", comment=key, words="Because.", led_to_change="yes")

    assert (shown.status_code, sent.status_code) == (200, 404)
    assert "Your answer" not in words(shown)


def test_readers_are_shown_no_form_that_is_not_theirs(client, open_one, draft):
    comment_on_version(
        version=open_one, clause="", words="Why?", today=TODAY, by=people.accountable_manager()
    )

    page = words(read(client, "consultation", "2", who=people.member(), query="?answer=1"))

    for theirs in ("Your answer", "Take it back", "Close the consultation", "Answer to"):
        assert theirs not in page
    assert talk(client, people.member(), "back", reason="No").status_code == 403


def test_the_performance_team_opens_a_consultation(client, draft, officer):
    short = talk(
        client,
        officer,
        "open",
        from_quarter="2011-Q4",
        until_day="21",
        until_month="10",
        until_year="2011",
    )
    assert "Give people until 3 November 2011 or later" in words(short)

    talk(
        client,
        officer,
        "open",
        from_quarter="2011-Q4",
        until_day="3",
        until_month="11",
        until_year="2011",
    )

    draft.refresh_from_db()
    assert (draft.state, draft.from_quarter) == (State.CONSULTATION, Q4)


def test_no_quarter_that_has_ended_is_offered(client, draft, officer):
    response = talk(client, officer, "open", from_quarter="2011-Q2", until_day="3")

    assert "Choose a quarter that has not been reported yet" in words(response)


def test_the_performance_team_closes_and_takes_back(client, open_one, officer):
    talk(client, officer, "close")
    open_one.refresh_from_db()
    assert open_one.consulted_until == date(2011, 10, 19)

    without = talk(client, officer, "back", reason="")
    assert "Say why it goes back to draft" in words(without)
    talk(client, officer, "back", reason="Clause 5.1 was not clear")
    open_one.refresh_from_db()
    assert open_one.state == State.DRAFT


def test_a_refusal_without_a_form_is_told_in_a_banner(client, draft, officer):
    response = talk(client, officer, "close")

    assert "there is no consultation to close" in words(client.get(response.url))


@pytest.mark.parametrize("how_many", [1, 20])
def test_what_a_consultation_asks_does_not_grow_with_what_was_said(
    client, open_one, how_many, django_assert_max_num_queries
):
    for number in range(how_many):
        comment_on_version(
            version=open_one,
            clause="5.1",
            words=f"Thought {number}",
            today=TODAY,
            by=people.accountable_manager(),
        )
    reader = people.member()
    client.force_login(reader)

    with django_assert_max_num_queries(41):
        client.get("/sorp/versions/2/consultation/")


# Approving


def approving(client, who, **typed):
    client.force_login(who)
    given = {
        "from_quarter": "2011-Q4",
        "approved_on_day": "20",
        "approved_on_month": "10",
        "approved_on_year": "2011",
        "note": "CMT",
    }
    return client.post("/sorp/versions/2/approve/", given | typed)


def test_the_managing_director_approves_and_the_next_quarter_is_its_first(
    client, consulted, director
):
    page = words(read(client, "approve_version", "2", who=director))
    assert page.count("Done ") == 5

    response = approving(client, director)

    assert response.url == "/sorp/versions/2/"
    consulted.refresh_from_db()
    assert (consulted.state, consulted.approved_by) == (State.APPROVED, director)
    banner = words(client.get(response.url))
    assert "Version 2 is approved, and in force from Q4 2011/12" in banner


def test_what_stands_in_the_way_is_listed_and_the_form_waits(client, open_one, director):
    comment_on_version(
        version=open_one, clause="5.1", words="Why?", today=TODAY, by=people.accountable_manager()
    )

    page = words(read(client, "approve_version", "2", who=director))

    assert "To do The people concerned were consulted." in page
    assert "The consultation runs until 30 November 2011" in page
    assert "1 comment is still without an answer" in page
    assert "you can approve it here" in page
    assert "When was it approved?" not in page


def test_an_approval_refused_keeps_what_was_typed(client, consulted, director):
    response = approving(client, director, approved_on_day="17", note="In the long room")

    assert response.status_code == 200
    assert "The consultation ran until 17 October 2011" in words(response)
    assert "In the long room" in response.content.decode()


def test_an_author_is_told_that_somebody_else_approves(client, consulted, director):
    Version.objects.filter(pk=consulted.pk).update(drafted_by=director)

    page = words(read(client, "approve_version", "2", who=director))

    assert "You wrote part of this version, so somebody else has to approve it" in page


def test_the_performance_team_sees_the_list_and_not_the_form(client, consulted, officer):
    page = words(read(client, "approve_version", "2", who=officer))

    assert "The Managing Director or the Deputy approves it." in page
    assert approving(client, officer).status_code == 403
    assert read(client, "approve_version", "2", who=people.accountable_manager()).status_code == 403


def test_an_approval_is_withdrawn_on_the_page(client, consulted, director):
    approving(client, director)
    without = client.post("/sorp/versions/2/approve/", {"reason": ""})
    assert "Say why the approval is withdrawn" in words(without)

    client.post("/sorp/versions/2/approve/", {"reason": "A figure was wrong"})

    consulted.refresh_from_db()
    assert consulted.state == State.DRAFT
    assert AuditEvent.objects.filter(act="withdrew approval of the SORP").exists()


@pytest.mark.parametrize("note", ["CMT", "Other words"])
def test_approving_twice_approves_once_and_says_so(client, consulted, director, note):
    approving(client, director)

    again = approving(client, director, note=note)

    assert again.url == "/sorp/versions/2/"
    told = "Version 2 is approved, by Dinah Director, from Q4 2011/12"
    assert told in words(client.get(again.url))
    assert AuditEvent.objects.filter(act="approved version of the SORP").count() == 1


def test_withdrawing_twice_withdraws_once_and_says_so(client, consulted, director):
    approving(client, director)
    reason = {"reason": "A figure was wrong"}

    answers = [client.post("/sorp/versions/2/approve/", reason) for _ in range(2)]

    assert [each.url for each in answers] == ["/sorp/versions/2/"] * 2
    assert "Version 2 is a draft again" in words(client.get(answers[1].url))
    assert AuditEvent.objects.filter(act="withdrew approval of the SORP").count() == 1


@pytest.mark.parametrize(
    ("act", "typed", "before", "told"),
    [
        ("approve_with_answers", {}, [], "Version 2 is approved, by Dinah"),
        ("withdraw_with_answers", {"reason": "Wrong"}, [{}], "Version 2 is a draft again"),
    ],
)
def test_the_later_of_two_at_once_is_told_what_is_so(
    client, consulted, director, monkeypatch, act, typed, before, told
):
    """The first one's act stands between the later one's look and its own act."""
    for each in before:
        approving(client, director, **each)
    once = getattr(views, act)

    def twice(**given):
        once(**given)
        return once(**given)

    monkeypatch.setattr(views, act, twice)
    client.force_login(director)
    sent = client.post("/sorp/versions/2/approve/", typed) if typed else approving(client, director)

    assert told in words(client.get(sent.url))


def test_what_was_approved_long_ago_says_so(client, sorp_in_force, director):
    page = words(read(client, "approve_version", "1", who=director))

    assert "can no longer change" in page


# Terms


def test_terms_say_what_they_mean_and_are_led_to(client, sorp_in_force):
    page = read(client, "terms")

    assert 'id="accountable-manager"' in page.content.decode()
    for term in Term.objects.filter(version=sorp_in_force):
        assert term.meaning in words(page).replace("&#x27;", "'")


def test_there_is_one_statement_and_its_purpose_stands_first(client, sorp_in_force):
    assert Statement.objects.get().purpose in words(read(client, "sorp"))
