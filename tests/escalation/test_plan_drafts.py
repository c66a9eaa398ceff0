"""What is typed of an action plan is kept as typed, step by step, until the plan is saved."""

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from core.models.audit import AuditEvent
from core.refusals import Refused
from escalation.models.plans import ActionPlan, PlanDraft
from escalation.services.plan_drafts import discard_plan_draft, save_plan_draft
from organisation.rules import PostKind
from tests.escalation.test_plans import ROW, typed
from tests.factories import IndicatorFactory, UserFactory, holder

pytestmark = pytest.mark.django_db
HALF = {"said": {"seen": "0", "cause": "Two engi"}, "actions": [{"description": "Recr"}]}


@pytest.fixture(autouse=True)
def _first_of_november():
    with time_machine.travel("2011-11-01T09:00:00+00:00", tick=False):
        yield


@pytest.fixture
def indicator():
    return IndicatorFactory(reference="PI-1")


@pytest.fixture
def manager(client, indicator):
    client.force_login(indicator.accountable_manager)
    return indicator.accountable_manager


def address(indicator):
    return reverse("write_plan", args=[indicator.reference])


def keep(indicator, by, *, step="cause", **said):
    return save_plan_draft(indicator=indicator, typed=HALF | said, step=step, by=by)


def test_a_draft_is_kept_as_typed_and_its_beginning_is_on_record_once(indicator):
    by = indicator.accountable_manager
    keep(indicator, by)
    keep(indicator, by, said={"seen": "0", "cause": "  31/11, 12,5\x00 "}, step="recovery")

    draft = PlanDraft.objects.get()
    assert draft.typed["said"]["cause"] == "  31/11, 12,5 "
    assert (draft.step, draft.saved_by) == ("recovery", by)
    assert [each.act for each in AuditEvent.objects.all()] == ["began draft of a plan"]


def test_what_cannot_be_kept_is_refused_with_what_to_do(indicator):
    with pytest.raises(Refused, match="Shorten what you wrote: 20,001 characters"):
        keep(indicator, indicator.accountable_manager, said={"cause": "x" * 20_001})
    assert not PlanDraft.objects.exists()


def test_who_may_keep_and_throw_away_a_draft(indicator):
    people = {
        "its manager": indicator.accountable_manager,
        "a performance officer": holder(PostKind.PERFORMANCE_OFFICER),
        "another manager": holder(PostKind.ACCOUNTABLE_MANAGER),
        "a director": holder(PostKind.DIRECTOR, unit=indicator.unit),
        "without a post": UserFactory(),
    }
    may = {}
    for who, person in people.items():
        may[who] = []
        for act in (keep, lambda indicator, by: discard_plan_draft(indicator=indicator, by=by)):
            try:
                act(indicator, person)
                may[who].append(True)
            except PermissionDenied:
                may[who].append(False)
    assert may == {who: [who in {"its manager", "a performance officer"}] * 2 for who in people}


def test_a_draft_is_thrown_away_once_and_only_ones_own(indicator):
    officer = holder(PostKind.PERFORMANCE_OFFICER)
    keep(indicator, officer)
    for _ in range(2):
        keep(indicator, indicator.accountable_manager)
        for _ in range(2):
            discard_plan_draft(indicator=indicator, by=indicator.accountable_manager)
    assert PlanDraft.objects.get().saved_by == officer
    acts = AuditEvent.objects.filter(act="discarded draft of a plan")
    assert acts.count() == 2


@pytest.mark.both_databases
def test_the_database_holds_one_draft_of_a_plan_for_each_writer(indicator):
    draft = keep(indicator, indicator.accountable_manager)
    with pytest.raises(IntegrityError), transaction.atomic():
        PlanDraft.objects.create(indicator=indicator, saved_by=draft.saved_by, step="cause")


# The page -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("posted", "act", "step", "comes_back"),
    [
        (typed(ROW, step="cause"), "next", "recovery", "Two engineers left"),
        (typed(step="recovery", expected_value="12,5"), "next", "recovery", "12,5"),
        (typed(("Train", "", ("31", "", ""))), "save", "actions", "Train"),
        (typed(ROW, step="actions"), "add", "actions", "Recruit two engineers"),
    ],
)
def test_each_press_keeps_what_was_typed_right_or_wrong_and_it_comes_back(
    client, indicator, manager, posted, act, step, comes_back
):
    client.post(address(indicator), posted | {"act": act})

    draft = PlanDraft.objects.get()
    assert (draft.step, draft.saved_by) == (step, manager)
    page = client.get(address(indicator)).content.decode()
    assert comes_back in page
    assert "Your draft of 1 November 2011 is filled in" in page
    assert not ActionPlan.objects.exists()


def test_half_a_sentence_is_kept_as_it_is_typed(client, indicator, manager):
    answer = client.post(
        reverse("keep_plan_draft", args=[indicator.reference]),
        {"step": "cause", "seen": "0", "cause": "Two engi"},
    )
    assert answer.json() == {"message": "Draft kept at 09:00"}
    assert "Two engi</textarea>" in client.get(address(indicator)).content.decode()

    answer = client.post(
        reverse("keep_plan_draft", args=[indicator.reference]), {"cause": "x" * 20_001}
    )
    assert answer.status_code == 422
    assert "Shorten" in answer.json()["message"]
    assert PlanDraft.objects.get().typed["said"]["cause"] == "Two engi"


def test_a_page_on_which_nothing_was_typed_leaves_no_draft(client, indicator, manager):
    client.post(address(indicator), {"step": "cause", "seen": "0", "act": "next"})
    assert not PlanDraft.objects.exists()


def test_a_plan_that_is_saved_is_no_draft_any_more(client, indicator, manager):
    keep(indicator, manager)
    for _ in range(2):
        client.post(address(indicator), typed(ROW, seen="0", act="save"))
        assert not PlanDraft.objects.exists()
    assert ActionPlan.objects.get().cause == "Two engineers left"
    assert "is filled in" in client.get(address(indicator)).content.decode()
    assert "Your draft" not in client.get(address(indicator)).content.decode()


def test_a_draft_left_at_the_last_step_opens_at_what_is_wrong_with_it(client, indicator, manager):
    keep(indicator, manager, step="check", said={"seen": "0", "cause": ""})
    page = client.get(address(indicator)).content.decode()
    assert "Step 1 of 4" in page
    assert "Enter what causes" in page


def test_a_plan_saved_meanwhile_is_shown_beside_the_draft_and_replaced_knowingly(
    client, indicator, manager
):
    keep(indicator, manager)
    client.force_login(holder(PostKind.PERFORMANCE_OFFICER))
    client.post(address(indicator), typed(ROW, seen="0", cause="A strike", act="save"))
    client.force_login(manager)

    page = client.get(address(indicator)).content.decode()
    assert "Plan 1, in place now" in page
    assert "A strike" in page
    assert "Two engi</textarea>" in page
    assert 'name="seen" value="1"' in page


def test_whoever_answers_next_goes_on_from_what_was_begun_and_takes_nothing_away(client, indicator):
    before = indicator.accountable_manager
    keep(indicator, before)
    indicator.accountable_manager = holder(PostKind.ACCOUNTABLE_MANAGER)
    indicator.save()
    client.force_login(indicator.accountable_manager)

    page = client.get(address(indicator)).content.decode()
    assert f"{before} began this plan on 1 November 2011" in page
    assert "Two engi</textarea>" in page
    client.post(address(indicator), {"act": "discard"})
    assert "Two engi" not in client.get(address(indicator) + "?anew").content.decode()
    assert PlanDraft.objects.get().saved_by == before


def test_a_draft_of_another_from_before_the_plan_in_place_is_not_offered(client, indicator):
    keep(indicator, holder(PostKind.PERFORMANCE_OFFICER))
    client.force_login(indicator.accountable_manager)
    client.post(address(indicator), typed(ROW, seen="0", cause="A strike", act="save"))
    assert "began this plan" not in client.get(address(indicator)).content.decode()


def test_throwing_a_draft_away_begins_anew(client, indicator, manager):
    keep(indicator, manager)
    answer = client.post(address(indicator), {"act": "discard"}, follow=True)
    page = answer.content.decode()
    assert "is thrown away" in page
    assert "Two engi" not in page
    assert not PlanDraft.objects.exists()
