"""The accountable manager's action plan: services, rights and the form."""

import re
from datetime import date, timedelta
from decimal import Decimal
from html import unescape

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from core.models.audit import AuditEvent
from core.quarters import Quarter
from core.refusals import Refused
from escalation.models.plans import Action, ActionPlan
from escalation.services import plans
from escalation.services.plans import ActionGiven
from organisation.rules import PostKind
from tests.assurance.factories import ActionFactory, ActionPlanFactory
from tests.factories import IndicatorFactory, UserFactory, holder

pytestmark = pytest.mark.django_db
TODAY = date(2011, 11, 1)
RECRUIT = ActionGiven("Recruit two engineers", "Head of Highways", date(2011, 12, 1))


@pytest.fixture
def indicator():
    return IndicatorFactory(reference="PI-1")


def write(indicator, *, by=None, **said):
    usual = {"cause": "Two engineers left", "actions": [RECRUIT], "today": TODAY}
    return plans.write_plan(
        indicator=indicator, by=by or indicator.accountable_manager, **(usual | said)
    )


def test_a_plan_keeps_what_was_proposed_and_records_it(indicator):
    plan = write(
        indicator,
        barriers="No market",
        help_wanted="From HR",
        expected_recovery=Quarter(2011, 4),
        expected_value=Decimal("82.5"),
    )

    kept = ActionPlan.objects.get()
    assert (kept.cause, kept.barriers, kept.help_wanted) == (
        "Two engineers left",
        "No market",
        "From HR",
    )
    assert (kept.expected_recovery, kept.expected_value) == (Quarter(2011, 4), Decimal("82.5"))
    assert list(plan.actions.values_list("position", "description", "owner", "due_on")) == [
        (1, RECRUIT.description, RECRUIT.owner, RECRUIT.due_on)
    ]
    event = AuditEvent.objects.get()
    assert (event.act, event.actor) == ("wrote action plan", indicator.accountable_manager)
    assert event.detail == {
        "indicator": "PI-1",
        "number": 1,
        "actions": 1,
        "on_behalf_of": None,
    }


def test_a_later_plan_supersedes_and_keeps_the_one_before(indicator):
    first = write(indicator)
    second = write(indicator, cause="Three engineers left")

    first.refresh_from_db()
    assert (first.is_latest, second.is_latest, second.number) == (False, True, 2)
    assert (first.cause, first.actions.count()) == ("Two engineers left", 1)


def test_an_officer_writes_on_the_managers_behalf_and_it_says_so(indicator):
    write(indicator, by=holder(PostKind.PERFORMANCE_OFFICER))

    assert AuditEvent.objects.get().detail["on_behalf_of"] == indicator.accountable_manager.name


@pytest.mark.parametrize(
    ("said", "field", "sentence"),
    [
        ({"cause": "  "}, "cause", "Say what causes"),
        ({"actions": []}, "actions", "at least one action"),
        (
            {"actions": [RECRUIT, ActionGiven("Train", "HR", TODAY - timedelta(1))]},
            "actions",
            "“Train” is due 31 October 2011, which has passed",
        ),
        ({"actions": [ActionGiven("Train", " ", TODAY)]}, "actions", "who does it"),
        ({"actions": [ActionGiven("", "HR", TODAY)]}, "actions", "what will be done"),
        ({"expected_recovery": Quarter(2011, 2)}, "expected_recovery", "Q2 2011/12 is over"),
    ],
)
def test_a_plan_that_promises_nothing_is_refused_and_leaves_nothing(
    indicator, said, field, sentence
):
    standing = write(indicator)

    with pytest.raises(Refused, match=sentence) as refusal:
        write(indicator, **said)

    standing.refresh_from_db()
    assert refusal.value.field == field
    assert standing.is_latest
    assert (ActionPlan.objects.count(), AuditEvent.objects.count()) == (1, 1)


def test_an_action_may_be_due_today_and_recovery_expected_in_this_quarter(indicator):
    plan = write(
        indicator,
        actions=[ActionGiven("Train", "HR", TODAY)],
        expected_recovery=Quarter.containing(TODAY),
    )

    assert plan.actions.get().due_on == TODAY


def test_a_plan_that_fails_half_way_leaves_nothing(indicator, monkeypatch):
    def refuse(*args, **kwargs):
        raise ConnectionError

    monkeypatch.setattr(plans.audit, "record", refuse)
    with pytest.raises(ConnectionError):
        write(indicator)

    assert not ActionPlan.objects.exists()
    assert not Action.objects.exists()


def people_of(indicator):
    former = holder(PostKind.ACCOUNTABLE_MANAGER)
    former.appointments.update(ends_on=date(2010, 1, 1))
    return {
        "its manager": indicator.accountable_manager,
        "a performance officer": holder(PostKind.PERFORMANCE_OFFICER),
        "another manager": holder(PostKind.ACCOUNTABLE_MANAGER),
        "a deputy": holder(PostKind.DEPUTY, unit=indicator.unit),
        "a director": holder(PostKind.DIRECTOR, unit=indicator.unit),
        "a Member": holder(PostKind.MEMBER),
        "without a post": UserFactory(),
        "a former manager": former,
    }


def test_who_may_write_a_plan_and_record_progress(indicator):
    people = people_of(indicator)

    may = {}
    for who, person in people.items():
        action = ActionFactory(plan=ActionPlanFactory(indicator=IndicatorFactory()))
        action.plan.indicator.accountable_manager = indicator.accountable_manager
        action.plan.indicator.save()
        may[who] = []
        for act in (
            lambda by: write(indicator, by=by),
            lambda by, action=action: plans.record_progress(
                action=action, progress=f"By {by}", done_on=None, today=TODAY, by=by
            ),
        ):
            try:
                act(person)
                may[who].append(True)
            except PermissionDenied:
                may[who].append(False)

    assert may == {who: [who in {"its manager", "a performance officer"}] * 2 for who in people}


@pytest.mark.usefixtures("_first_of_november")
def test_progress_is_recorded_once_and_says_when_it_was_done(indicator):
    action = write(indicator).actions.get()

    for _ in range(2):
        plans.record_progress(
            action=action,
            progress="Hired",
            done_on=TODAY,
            today=TODAY,
            by=indicator.accountable_manager,
        )

    action.refresh_from_db()
    assert (action.progress, action.done_on) == ("Hired", TODAY)
    assert [each.act for each in AuditEvent.objects.all()] == [
        "recorded progress",
        "wrote action plan",
    ]


def test_progress_is_not_recorded_in_the_future_or_on_a_superseded_plan(indicator):
    action = write(indicator).actions.get()
    manager = indicator.accountable_manager

    with pytest.raises(Refused, match="in the future"):
        plans.record_progress(
            action=action, progress="", done_on=TODAY + timedelta(1), today=TODAY, by=manager
        )
    write(indicator, cause="Something else")
    with pytest.raises(Refused, match="has replaced"):
        plans.record_progress(action=action, progress="x", done_on=None, today=TODAY, by=manager)


@pytest.mark.both_databases
def test_the_database_refuses_two_latest_plans(indicator):
    ActionPlanFactory(indicator=indicator)

    with pytest.raises(IntegrityError), transaction.atomic():
        ActionPlanFactory(indicator=indicator, number=2)


# The page ---------------------------------------------------------------------------------------


@pytest.fixture
def _first_of_november():
    with time_machine.travel("2011-11-01T09:00:00+00:00", tick=False):
        yield


def typed(*rows, rows_shown=3, **said):
    posted = {
        "cause": "Two engineers left",
        "barriers": "",
        "help_wanted": "",
        "expected_recovery": "",
        "expected_value": "",
        "actions-TOTAL_FORMS": rows_shown,
        "actions-INITIAL_FORMS": 0,
        "actions-MIN_NUM_FORMS": 0,
        "actions-MAX_NUM_FORMS": 50,
    }
    for n in range(rows_shown):
        what, who, (day, month, year) = rows[n] if n < len(rows) else ("", "", ("", "", ""))
        posted |= {
            f"actions-{n}-description": what,
            f"actions-{n}-owner": who,
            f"actions-{n}-is_outsider": "on",
            f"actions-{n}-due_on_day": day,
            f"actions-{n}-due_on_month": month,
            f"actions-{n}-due_on_year": year,
        }
    return posted | said


ROW = ("Recruit two engineers", "Head of Highways", ("1", "12", "2011"))


@pytest.mark.usefixtures("_first_of_november")
def test_the_form_writes_a_plan_with_the_rows_that_were_filled_in(client, indicator):
    client.force_login(indicator.accountable_manager)
    address = reverse("write_plan", args=[indicator.reference])

    response = client.post(
        address,
        typed(
            ROW,
            ("", "", ("", "", "")),
            ("Train them", "HR", ("2", "1", "2012")),
            expected_recovery="2012-Q1",
            expected_value="82.5",
        ),
        follow=True,
    )

    plan = ActionPlan.objects.get()
    assert [action.description for action in plan.actions.all()] == [
        "Recruit two engineers",
        "Train them",
    ]
    assert (plan.expected_recovery, plan.expected_value) == (Quarter(2012, 1), Decimal("82.5"))
    page = response.content.decode()
    assert "is written" in page
    assert "Replace it" in page


@pytest.mark.usefixtures("_first_of_november")
@pytest.mark.parametrize(
    ("posted", "sentence", "kept"),
    [
        (typed(), "Enter at least one action", "Two engineers left"),
        (typed(ROW, cause=""), "Enter what causes", "Recruit two engineers"),
        (typed(("Train", "", ("", "", ""))), "Enter who will do it", "Train</textarea>"),
        (typed(("Train", "HR", ("", "", ""))), "Enter the day by which", 'value="HR"'),
        (typed(("Train", "HR", ("31", "11", "2011"))), "as a real day", 'value="31"'),
        (typed(("Train", "HR", ("31", "10", "2011"))), "which has passed", 'value="Train"'),
        (typed(ROW, expected_value="12,5"), "as a number", 'value="12,5"'),
        (typed(ROW, expected_recovery="2011-Q1"), "from the list", "Recruit two engineers"),
    ],
)
def test_the_form_says_what_to_do_and_keeps_what_was_typed(
    client, indicator, posted, sentence, kept
):
    client.force_login(indicator.accountable_manager)

    response = client.post(reverse("write_plan", args=[indicator.reference]), posted)

    page = response.content.decode()
    assert response.status_code == 200
    assert "There is a problem" in page
    assert sentence in page
    assert kept in page
    assert not ActionPlan.objects.exists()


@pytest.mark.usefixtures("_first_of_november")
def test_the_form_is_filled_with_what_the_latest_plan_still_promises(client, indicator):
    plan = ActionPlanFactory(indicator=indicator, cause="Cold spring")
    ActionFactory(plan=plan, description="Already done", done_on=date(2011, 10, 1))
    ActionFactory(plan=plan, description="Still to do")
    client.force_login(indicator.accountable_manager)

    page = client.get(reverse("write_plan", args=[indicator.reference])).content.decode()

    assert "Cold spring" in page
    assert 'value="Still to do"' in page
    assert 'value="Already done"' not in page


@pytest.mark.usefixtures("_first_of_november")
def test_progress_is_reported_by_its_form(client, indicator):
    plan = ActionPlanFactory(indicator=indicator)
    action = ActionFactory(plan=plan, starts_on=date(2011, 10, 3))
    client.force_login(indicator.accountable_manager)
    address = reverse("report_progress", args=[indicator.reference, action.position])
    day = {"done_on_day": "2", "done_on_month": "11", "done_on_year": "2011"}

    day |= {"seen": "1"}

    refused = client.post(address, {"progress": "Hired", **day})
    assert "in the future" in refused.content.decode()
    assert "Hired" in refused.content.decode()

    client.post(address, {"progress": "Hired", **day, "done_on_day": "1"})
    action.refresh_from_db()
    assert (action.progress, action.done_on) == ("Hired", TODAY)


DONE = {"done_on_day": "1", "done_on_month": "11", "done_on_year": "2011"}


@pytest.fixture
def reporting(client, indicator, _first_of_november):
    """What a manager posts about the first action, wherever the plan has got to meanwhile."""
    client.force_login(indicator.accountable_manager)
    address = reverse("report_progress", args=[indicator.reference, 1])
    return lambda **said: client.post(address, said, follow=True).content.decode()


def test_progress_typed_about_an_earlier_plan_is_not_put_on_another_action(indicator, reporting):
    write(indicator)
    write(indicator, actions=[ActionGiven("Mend the depot", "Fleet", date(2011, 12, 1))])

    page = reporting(seen="1", progress="Both hired", **DONE)

    assert "took the place of plan 1, in which you wrote about “Recruit two engineers”" in page
    assert "action 1 of plan 2 is “Mend the depot”" in page
    assert "Both hired" in page
    assert 'name="seen" value="2"' in page
    assert not Action.objects.exclude(progress="").exists()

    reporting(seen="2", progress="Both hired", **DONE)
    assert Action.objects.get(progress="Both hired").description == "Mend the depot"


def test_progress_on_an_action_that_the_new_plan_lacks_keeps_the_words(
    client, indicator, reporting
):
    two = [RECRUIT, ActionGiven("Train them", "HR", date(2011, 12, 1))]
    write(indicator, actions=two)
    write(indicator)

    answer = client.post(
        reverse("report_progress", args=[indicator.reference, 2]), {"seen": "1", "progress": "Half"}
    )

    assert "It has fewer actions" in answer.content.decode()
    assert "Half" in answer.content.decode()
    assert not Action.objects.exclude(progress="").exists()


@pytest.mark.parametrize("seen", ["", "0", "99999", "one", "²", "\x00"])
def test_progress_is_saved_only_from_a_page_that_showed_the_plan(indicator, reporting, seen):
    write(indicator)

    page = reporting(seen=seen, progress="Both hired")

    assert "There is a problem" in page
    assert "Nothing is saved yet: action 1 of plan 1 is" in page
    assert not Action.objects.exclude(progress="").exists()


def test_a_form_without_its_fields_wipes_no_progress(indicator, reporting):
    action = write(indicator).actions.get()
    reporting(seen="1", progress="Both hired", **DONE)

    reporting(seen="1")

    action.refresh_from_db()
    assert (action.progress, action.done_on) == ("Both hired", TODAY)


@pytest.mark.usefixtures("_first_of_november")
@pytest.mark.parametrize(
    ("starts_on", "done_on", "said"),
    [
        (None, date(2011, 10, 31), "before this plan was written: enter 1 November 2011"),
        (date(2011, 11, 20), date(2011, 10, 31), "this plan was written"),
        (date(2011, 10, 20), date(2011, 10, 19), "before it starts: enter 20 October 2011"),
        (date(2011, 10, 20), date(2011, 10, 20), None),
        (None, TODAY, None),
    ],
)
def test_nothing_is_done_before_it_was_promised_or_begun(indicator, starts_on, done_on, said):
    promised = ActionGiven("Recruit", "Highways", date(2011, 12, 1), starts_on)
    action = write(indicator, actions=[promised]).actions.get()
    told = {"action": action, "progress": "", "done_on": done_on, "today": TODAY}

    if said is None:
        plans.record_progress(**told, by=indicator.accountable_manager)
    else:
        with pytest.raises(Refused, match=said) as refusal:
            plans.record_progress(**told, by=indicator.accountable_manager)
        assert refusal.value.field == "done_on"

    action.refresh_from_db()
    assert action.done_on == (None if said else done_on)


@pytest.mark.usefixtures("_first_of_november")
@pytest.mark.parametrize("seen", ["", "0", "99999", "one", "\x00"])
def test_only_the_plan_in_place_is_replaced_by_who_saw_it(client, indicator, seen):
    write(indicator)
    client.force_login(indicator.accountable_manager)

    page = client.post(
        reverse("write_plan", args=[indicator.reference]),
        typed(ROW, cause="The depot", change="All of it", seen=seen),
    ).content.decode()

    assert "There is a problem" in page
    assert "is kept below" in page
    assert "Seen:" not in page
    assert ActionPlan.objects.count() == 1


@pytest.mark.usefixtures("_first_of_november")
@pytest.mark.parametrize("rows", [51, 99])
def test_too_many_actions_are_refused_in_words(client, indicator, rows):
    client.force_login(indicator.accountable_manager)

    page = client.post(
        reverse("write_plan", args=[indicator.reference]),
        typed(*[ROW] * rows, rows_shown=rows),
    ).content.decode()

    assert "Enter 50 actions or fewer" in page
    assert not ActionPlan.objects.exists()


@pytest.fixture
def turn(client, indicator, _first_of_november):
    """Presses a button of the form as a browser would: with all that its page holds."""
    client.force_login(indicator.accountable_manager)
    address = reverse("write_plan", args=[indicator.reference])
    held = {}

    def press(act=None, **typed):
        page = client.post(address, held | typed | {"act": act}) if act else client.get(address)
        html = page.content.decode()
        main = html.partition("<main")[2]
        held.clear()
        for tag in re.findall(r"<input [^>]*>", main):
            if 'type="checkbox"' in tag and " checked" not in tag:
                continue
            if name := re.search(r'name="([^"]*)"', tag):
                found = re.search(r'value="([^"]*)"', tag)
                is_box = 'type="checkbox"' in tag
                held[name[1]] = unescape(found[1]) if found else "on" if is_box else ""
        for name, text in re.findall(
            r'<textarea name="([^"]*)".*?>\n?(.*?)</textarea>', main, re.S
        ):
            held[name] = unescape(text)
        for name, inside in re.findall(r'<select name="([^"]*)".*?>(.*?)</select>', main, re.S):
            chosen = re.search(r'value="([^"]*)" selected', inside)
            held[name] = chosen[1] if chosen else ""
        return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", unescape(main)))

    return press


def an_action(place, description, owner, day, **said):
    number, month, year = day
    return {
        f"actions-{place}-description": description,
        f"actions-{place}-owner": owner,
        f"actions-{place}-due_on_day": number,
        f"actions-{place}-due_on_month": month,
        f"actions-{place}-due_on_year": year,
    } | {f"actions-{place}-{name}": value for name, value in said.items()}


def test_a_plan_is_written_step_by_step_and_nothing_typed_is_lost_between_them(turn, indicator):
    grace = holder(PostKind.ACCOUNTABLE_MANAGER, name="Grace Ifould")
    assert "Step 1 of 4: What is wrong" in turn()
    assert "Enter what causes the poor performance" in turn("next", barriers="No market")
    turn("next", cause="Two engineers left")
    assert "Enter the result you expect as a number" in turn("next", expected_value="much")
    turn("next", expected_value="82.5", expected_recovery="2012-Q1")
    assert "Enter at least one action" in turn("next")
    listed = turn("add", **an_action(0, "Recruit", "ifould, grace", ("1", "12", "2011")))
    assert "Recruit Grace Ifould 1 December 2011" in listed
    unknown = turn("next", **an_action(1, "Dig", "Grace Ifold", ("2", "12", "2011")))
    assert "Nobody with a post is called “Grace Ifold”. Did you mean Grace Ifould?" in unknown
    turn("add", **an_action(1, "Dig", "Kerb & Co", ("2", "12", "2011"), is_outsider="on"))
    turn("add", **an_action(2, "Thrown away", "Kerb & Co", ("3", "12", "2011"), is_outsider="on"))
    assert "Thrown away" not in turn("remove:2")
    turn("change:0")
    check = turn("next", **{"actions-0-description": "Recruit two"})
    for said in (
        "Two engineers left",
        "No market",
        "Q1 2012/13",
        "82.5",
        "Recruit two",
        "Kerb & Co",
    ):
        assert said in check, said
    assert not ActionPlan.objects.exists()

    turn("save")

    plan = ActionPlan.objects.get()
    assert (plan.cause, plan.barriers, plan.expected_value) == (
        "Two engineers left",
        "No market",
        Decimal("82.5"),
    )
    assert [(each.description, each.owner, each.person) for each in plan.actions.all()] == [
        ("Recruit two", "Grace Ifould", grace),
        ("Dig", "Kerb & Co", None),
    ]


def test_going_back_or_to_another_action_keeps_one_that_is_not_finished(turn):
    turn()
    turn("next", cause="Two engineers left")
    turn("next")
    turn("add", **an_action(0, "Recruit", "HR", ("1", "12", "2011"), is_outsider="on"))
    assert "Getting back on target" in turn("back", **{"actions-1-description": "Half said"})

    assert "Half said Nobody yet Not finished" in turn("next")
    assert "Half said" in turn("change:0")
    assert "Enter who will do it" in turn("save")
    assert not ActionPlan.objects.exists()


# Who does it ------------------------------------------------------------------------------------


def link(action, person, by):
    return plans.link_action(action=action, person=person, by=by)


def test_a_name_alone_becomes_a_colleagues_when_somebody_who_may_says_so(client, indicator):
    grace = holder(PostKind.STAFF, name="Grace Ifould")
    action = ActionFactory(plan=ActionPlanFactory(indicator=indicator), owner="grace  ifould")
    offered = f"Link it to {grace}"
    for person, sees in (
        (indicator.accountable_manager, offered),
        (grace, "Yes, that is me"),
        (holder(PostKind.DIRECTOR), None),
    ):
        client.force_login(person)
        page = client.get(reverse("actions")).content.decode()
        assert ("Link it to" in page, "Yes, that is me" in page) == (
            sees == offered,
            sees == "Yes, that is me",
        )
    with pytest.raises(PermissionDenied):
        link(action, grace, holder(PostKind.DIRECTOR))
    with pytest.raises(Refused, match="who is not"):
        link(action, indicator.accountable_manager, indicator.accountable_manager)

    client.force_login(grace)
    for _ in range(2):
        client.post(reverse("link_action", args=[action.pk]), {"person": grace.pk})

    action.refresh_from_db()
    assert (action.person, action.owner) == (grace, "grace  ifould")
    assert AuditEvent.objects.filter(act="linked action").count() == 1
    plans.record_progress(action=action, progress="Begun", done_on=None, today=TODAY, by=grace)
    with pytest.raises(Refused, match="write a new plan"):
        link(action, indicator.accountable_manager, indicator.accountable_manager)


def test_of_two_people_of_one_name_neither_is_offered_and_each_can_be_picked(indicator, turn):
    _, second = (holder(PostKind.STAFF, name="Jo Bloggs") for _ in range(2))
    turn()
    turn("next", cause="Two engineers left")
    turn("next")

    told = turn("next", **an_action(0, "Recruit", "Jo Bloggs", ("1", "12", "2011")))
    assert "2 people are called Jo Bloggs: choose from the list" in told
    turn("next", **{"actions-0-owner": f"Jo Bloggs ({second.email})"})
    turn("save")

    assert Action.objects.get().person == second


def test_actions_are_found_by_whose_they_are_unit_and_state(
    client, indicator, django_assert_max_num_queries
):
    reader = indicator.accountable_manager
    plan = ActionPlanFactory(indicator=indicator)
    ActionFactory(plan=plan, description="Mine", person=reader, due_on=TODAY + timedelta(3))
    ActionFactory(plan=plan, description="Late", due_on=TODAY - timedelta(1))
    ActionFactory(plan=plan, description="Finished", done_on=TODAY)
    other = IndicatorFactory(reference="PI-2")
    ActionFactory(plan=ActionPlanFactory(indicator=other), description="Elsewhere")
    old = ActionPlanFactory(indicator=other, number=2, is_latest=False)
    ActionFactory(plan=old, description="Superseded")
    client.force_login(reader)

    with time_machine.travel("2011-11-01T09:00:00+00:00", tick=False):
        shown = {
            query: {
                each
                for each in ("Mine", "Late", "Finished", "Elsewhere", "Superseded")
                if f'"govuk-table__header">{each}</th>'
                in client.get(reverse("actions") + query).content.decode()
            }
            for query in (
                "",
                "?who=me",
                "?who=name",
                "?state=overdue",
                "?state=soon",
                "?state=done",
                "?state=",
                f"?unit={other.unit.code}",
                "?text=elsewh",
            )
        }
        assert shown == {
            "": {"Mine", "Late"},  # of the unit of their reader
            "?who=me": {"Mine"},
            "?who=name": {"Late", "Elsewhere"},
            "?state=overdue": {"Late"},
            "?state=soon": {"Mine"},
            "?state=done": {"Finished"},
            "?state=": {"Mine", "Late", "Finished", "Elsewhere"},
            f"?unit={other.unit.code}": {"Elsewhere"},
            "?text=elsewh": {"Elsewhere"},
        }
        for _ in range(20):
            ActionFactory(plan=ActionPlanFactory(indicator=IndicatorFactory()), person=reader)
        with django_assert_max_num_queries(14):
            client.get(reverse("actions"))


def test_who_may_open_the_form(client, indicator):
    address = reverse("write_plan", args=[indicator.reference])

    seen = {"nobody": client.get(address).status_code}
    for who, person in people_of(indicator).items():
        client.force_login(person)
        seen[who] = client.get(address).status_code

    allowed = {"its manager": 200, "a performance officer": 200, "nobody": 302}
    assert seen == {who: allowed.get(who, 403) for who in seen}


def test_a_plan_for_an_indicator_that_is_not_is_not_found(client):
    client.force_login(holder(PostKind.PERFORMANCE_OFFICER))

    assert client.get(reverse("write_plan", args=["nowhere"])).status_code == 404
