"""The rules a draft holds: triggers of every kind, the ladder, the calendar, reminders."""

from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import given as for_any
from hypothesis import strategies as st

from core.models.audit import AuditEvent
from core.refusals import Refused
from organisation.rules import PostKind
from sorp.lexicon import Tier
from sorp.models.conditions import TriggerRule
from sorp.models.statement import Version
from sorp.queries.ruling import conditions_of
from sorp.services.drafting import (
    Stale,
    draft_version,
    known_steps,
    remove_row,
    save_day,
    save_duty,
    save_reminder,
    save_trigger,
)
from tests.factories import holder

pytestmark = pytest.mark.django_db

EVERY = tuple(Tier)
STATUS = {
    "name": "Red and getting worse",
    "clause": "4.9",
    "kind": "status",
    "status": "amber",
    "at_least": 4,
    "within": 6,
    "level": "cabinet",
    "tiers": EVERY,
}
ONCE = {"at_least": 1, "within": 1}
KINDS = {
    "status": (
        STATUS,
        "Amber or worse for 4 of the last 6 rated quarters refers an indicator to Cabinet.",
    ),
    "movement": (
        STATUS | {"movement": "not_better", "compared_with": "travel", "at_least": 1, "within": 1},
        "Amber or worse, and not improving, in the latest rated quarter refers an indicator to"
        " Cabinet.",
    ),
    "worsening": (
        STATUS
        | {
            "kind": "worsening",
            "status": "",
            "at_least": 3,
            "within": 3,
            "movement": "worse",
            "compared_with": "year_before",
        },
        "Worse than the same quarter last year for 3 of the last 3 comparable quarters refers an"
        " indicator to Cabinet.",
    ),
    "variance": (
        STATUS | {"kind": "variance", "status": "", "percent": Decimal("10.00"), "tiers": ["team"]},
        "Short of target by 10% of it or more for 4 of the last 6 rated quarters refers a team"
        " indicator to Cabinet.",
    ),
    "forecast by the manager": (
        STATUS | {"kind": "forecast", "at_least": 1, "within": 1, "forecast_by": "manager"},
        "Forecast by its accountable manager to be amber or worse at the year’s end refers an"
        " indicator to Cabinet.",
    ),
    "forecast by the system": (
        STATUS
        | {
            "kind": "forecast",
            "at_least": 1,
            "within": 1,
            "forecast_by": "system",
            "percent": Decimal("62.5"),
        },
        "A chance of 62.5% or more of amber or worse next quarter refers an indicator to Cabinet.",
    ),
    "late": (
        STATUS | {"kind": "no_result", "status": "late"},
        "No result, or a late one, for 4 of the last 6 due quarters refers an indicator to"
        " Cabinet.",
    ),
    "positive": (
        STATUS | {"kind": "positive", "status": "", "percent": Decimal(5)},
        "Green and better than target by 5% of it or more for 4 of the last 6 rated quarters"
        " brings an indicator to the notice of Cabinet.",
    ),
    "aggregate": (
        STATUS
        | {
            "kind": "aggregate",
            "status": "red",
            "at_least": 1,
            "within": 1,
            "unit_tier": "division",
            "count": 3,
        },
        "3 or more indicators red in one division in one quarter refers the division to Cabinet.",
    ),
}


@pytest.fixture
def officer(sorp_in_force):
    return holder(PostKind.PERFORMANCE_OFFICER)


@pytest.fixture
def draft(sorp_in_force, officer):
    return draft_version(base=sorp_in_force, number="2", summary="Reds sooner", by=officer)


def edition_of(draft):
    return Version.objects.get(pk=draft.pk).edition


def write(draft, officer, **given):
    given = {"edition": edition_of(draft)} | given
    return save_trigger(version=draft, by=officer, **STATUS | given)


@pytest.mark.parametrize("kind", KINDS)
def test_a_trigger_of_every_kind_is_kept_and_says_its_sentence(draft, officer, kind):
    given, sentence = KINDS[kind]

    row = save_trigger(version=draft, edition=1, by=officer, **given)

    condition = conditions_of(draft)[-1]
    assert condition.sentence == sentence
    assert (condition.name, condition.clause) == ("Red and getting worse", "4.9")
    assert row.position == max(each.position for each in draft.trigger_rules.all())


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"at_least": 7}, "at_least", "It asks for 7 of the last 6 quarters: ask for at least 1"),
        ({"at_least": 0}, "at_least", "It asks for 0 of the last 6"),
        ({"within": 17}, "within", "It looks back 17 quarters: 16 are the most"),
        ({"within": 10**9}, "within", "16 are the most|as 32767 or less"),
        ({"tiers": []}, "tiers", "It looks at no tier"),
        ({"status": "green"}, "status", "A trigger of this kind looks for red or amber or worse"),
        ({"status": ""}, "status", "A trigger of this kind looks for"),
        ({"movement": "worse"}, "movement", "Say both which way it moves and what"),
        ({"percent": Decimal(10)}, "percent", "Leave the per cent empty"),
        ({"kind": "variance", "status": ""}, "percent", "Give the per cent it needs"),
        ({"kind": "variance", "percent": Decimal("-1")}, "percent", "Give the per cent it needs"),
        ({"kind": "variance", "percent": Decimal("NaN")}, "percent", "Enter the percent"),
        ({"kind": "variance", "percent": Decimal("1e9")}, "percent", "Look again at the percent"),
        ({"kind": "forecast"} | ONCE, "forecast_by", "Say whose forecast is meant"),
        (
            {"kind": "forecast", "forecast_by": "system", "percent": Decimal(101)} | ONCE,
            "percent",
            "No chance is greater than 100%",
        ),
        ({"kind": "forecast", "forecast_by": "manager"}, "within", "A forecast looks ahead"),
        ({"status": "no_result"}, "status", "no result is a kind of its own"),
        ({"status": "late"}, "status", "no result is a kind of its own"),
        ({"tiers": ["parish"]}, "tiers", "Choose tiers from those on offer"),
        ({"kind": "worsening"}, "compared_with", "Compare each result with the quarter before"),
        ({"kind": "aggregate", "at_least": 1}, "count", "Give how many indicators it takes"),
        ({"kind": "aggregate", "at_least": 1, "count": 1}, "count", "from 2 to 1000"),
        ({"kind": "aggregate", "at_least": 1, "count": 3}, "unit_tier", "Say of which unit"),
        ({"kind": "hope"}, "kind", "Choose the kind from those on offer"),
        ({"level": "parliament"}, "level", "Choose the level from those on offer"),
        ({"name": ""}, "name", "Enter the name"),
        ({"name": "a\x00"}, "name", "Take the NUL character out of the name"),
        ({"clause": " "}, "clause", "Enter the clause"),
        ({"clause": "4" * 21}, "clause", "20 characters or fewer"),
        ({"name": "RED for two quarters"}, "name", "Another trigger has this name"),
        ({"name": "Red  for two quarters"}, "name", "Two triggers are called"),
    ],
)
def test_nonsense_is_refused_at_its_field_and_nothing_is_kept(draft, officer, given, field, said):
    with pytest.raises(Refused, match=said) as refusal:
        write(draft, officer, **given)

    assert refusal.value.field == field
    assert (draft.trigger_rules.count(), edition_of(draft)) == (7, 1)


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        (
            {"status": "red", "at_least": 3, "within": 3, "level": "pat"},
            "at_least",
            r"can never be the first to be met: “Red for two quarters” \(clause 4\.1\)",
        ),
        (
            {"status": "red", "at_least": 1, "within": 1},
            "level",
            r"to Cabinet more easily than “Red for two quarters” \(clause 4\.1\)",
        ),
        (
            {"status": "amber", "at_least": 3, "within": 3, "level": "pat"},
            "at_least",
            r"repeats “Amber for three quarters” \(clause 4\.2\)",
        ),
        (
            {"status": "red", "at_least": 1, "within": 1, "level": "pat"},
            "at_least",
            r"“Red for two quarters” \(clause 4\.1\) can never be the first to be met",
        ),
    ],
)
def test_a_contradictory_trigger_is_refused_and_names_the_other_with_its_clause(
    draft, officer, given, field, said
):
    with pytest.raises(Refused, match=said) as refusal:
        write(draft, officer, **given)

    assert refusal.value.field == field
    assert draft.trigger_rules.count() == 7


def test_a_trigger_does_not_contradict_what_it_was(draft, officer):
    red = draft.trigger_rules.get(name="Red for two quarters")
    given = {"clause": "4.1", "name": red.name, "status": "red", "level": "pat"}

    write(draft, officer, pk=red.pk, at_least=2, within=3, **given)

    assert (conditions_of(draft)[0].within, draft.trigger_rules.count()) == (3, 7)
    event = AuditEvent.objects.get(act="changed draft of the SORP")
    assert event.detail["was"] == {"within": 2}
    assert event.detail["now"] == {"within": 3}


def test_what_only_warns_is_kept(draft, officer):
    """It counts back past a recovery, and refers to a level without a duty: both may be meant."""
    draft.level_duties.all().delete()

    assert write(draft, officer).pk


def test_tiers_are_changed_like_any_field(draft, officer):
    row = write(draft, officer)

    write(draft, officer, pk=row.pk, tiers=["team", "corporate", "team"])

    assert {each.tier for each in row.tiers.all()} == {"team", "corporate"}
    event = AuditEvent.objects.get(act="changed draft of the SORP")
    assert event.detail["now"] == {"tiers": ["corporate", "team"]}


def test_a_trigger_added_twice_is_added_once(draft, officer):
    first = write(draft, officer, edition=1)
    second = write(draft, officer, edition=1)

    assert first == second
    assert draft.trigger_rules.count() == 8
    with pytest.raises(Stale):
        write(draft, officer, edition=1, name="Another", at_least=5)


def test_a_trigger_is_removed_with_its_tiers_and_links_and_that_is_recorded(draft, officer):
    red = draft.trigger_rules.get(name="Red for two quarters")

    assert remove_row(row=red, edition=1, by=officer)

    assert not TriggerRule.objects.filter(version=draft, name=red.name).exists()
    was = AuditEvent.objects.get(act="removed from draft of the SORP").detail["was"]
    assert (was["name"], was["tiers"]) == (red.name, sorted(EVERY))


WORDS = {
    "kind": ["status", "worsening", "variance", "forecast", "no_result", "positive", "aggregate"],
    "status": ["red", "", "amber", "green", "no_result", "late"],
    "movement": ["", "worse", "not_better"],
    "compared_with": ["", "travel", "previous", "year_before"],
    "forecast_by": ["", "manager", "system"],
    "unit_tier": ["", "division", "directorate", "council"],
    "level": ["division", "directorate", "pat", "cabinet"],
}
ANYTHING = st.fixed_dictionaries(
    {
        **{name: st.sampled_from([words[0]] * 4 + words) for name, words in WORDS.items()},
        "at_least": st.sampled_from([1, 1, 2, -1, 0, 17, 10**6]),
        "within": st.sampled_from([1, 1, 2, 16, 0, 10**6]),
        "percent": st.sampled_from(
            [None] * 4 + [Decimal(each) for each in ("-1", "0", "2.5", "101", "2.555")]
        ),
        "count": st.sampled_from([None, None, None, 0, 2, 10**6]),
        "tiers": st.lists(st.sampled_from([*Tier, "parish"]), max_size=3),
    }
)


@settings(
    max_examples=300,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@for_any(ANYTHING)
def test_whatever_is_given_is_kept_or_refused_in_words_and_never_by_the_database(
    draft, officer, given
):
    outcome = tried(draft, officer, given)

    if isinstance(outcome, Refused):
        assert outcome.field in {*given, "name"}
        assert "violat" not in str(outcome).lower()
    else:
        assert outcome.startswith("“Red and getting worse” is kept: ")


def tried(draft, officer, given):
    """What came of writing a trigger: its sentence, or the refusal. Nothing outlasts the try."""
    savepoint = transaction.savepoint()
    try:
        row = write(draft, officer, **given)
        return f"“{row}” is kept: {conditions_of(draft)[-1].sentence}"
    except Refused as refusal:
        return refusal
    finally:
        transaction.savepoint_rollback(savepoint)


# The ladder -------------------------------------------------------------------------------------


def duty(draft, officer, **given):
    said = {"level": "cabinet", "duty": "Decides in public", "within": 20, "clause": "5.1"}
    draft.level_duties.filter(level="cabinet").exclude(duty="Decides in public").delete()
    return save_duty(version=draft, edition=edition_of(draft), by=officer, **said | given)


def test_a_level_has_one_duty(draft, officer):
    row = duty(draft, officer)
    duty(draft, officer, pk=row.pk, within=15)

    assert draft.level_duties.get(level="cabinet").within == 15
    with pytest.raises(Refused, match="This level has its duty") as refusal:
        duty(draft, officer, within=5)
    assert refusal.value.field == "level"


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"within": 0}, "within", "from 1 to 120"),
        ({"within": 121}, "within", "from 1 to 120"),
        ({"duty": ""}, "duty", "Enter the duty"),
        ({"level": "court"}, "level", "Choose the level"),
        ({"clause": "5" * 21}, "clause", "20 characters or fewer"),
    ],
)
def test_a_duty_that_cannot_be_is_refused(draft, officer, given, field, said):
    with pytest.raises(Refused, match=said) as refusal:
        duty(draft, officer, **given)

    assert refusal.value.field == field


# The calendar and reminders ---------------------------------------------------------------------


def day(draft, officer, **given):
    said = {"step": "close", "tier": "", "counted_from": "quarter_end", "working_days": 25}
    return save_day(version=draft, edition=edition_of(draft), by=officer, **said | given)


def reminder(draft, officer, **given):
    said = {"step": "entry", "audience": "those_due", "side": "after", "working_days": 2}
    return save_reminder(version=draft, edition=edition_of(draft), by=officer, **said | given)


def test_a_step_has_one_day_for_a_tier(draft, officer):
    close = draft.calendar_rules.get(step="close")

    day(draft, officer, pk=close.pk)
    day(draft, officer, tier="team")

    assert draft.calendar_rules.get(step="close", tier="").working_days == 25
    with pytest.raises(Refused, match="There is a day for this step") as refusal:
        day(draft, officer, working_days=30)
    assert refusal.value.field == "tier"


def test_steps_are_those_of_the_quarter(draft):
    assert {"entry", "division", "close", "meeting"} <= known_steps(draft)


@pytest.mark.parametrize(
    ("write", "given", "field", "said"),
    [
        (day, {"working_days": 121}, "working_days", "from 0 to 120"),
        (day, {"working_days": -1}, "working_days", "from 0 to 120"),
        (day, {"step": "lunch"}, "step", "Choose a step of the quarter"),
        (day, {"tier": "parish"}, "tier", "Choose the tier"),
        (day, {"counted_from": "easter"}, "counted_from", "Choose the counted from"),
        (reminder, {"working_days": 0}, "working_days", "from 1 to 60"),
        (reminder, {"working_days": 61}, "working_days", "from 1 to 60"),
        (reminder, {"then_every": 0}, "then_every", "from 1 to 60"),
        (reminder, {"then_every": 3, "side": "before"}, "then_every", "Only what is overdue"),
        (reminder, {"step": "lunch"}, "step", "Choose a step of the quarter"),
        (reminder, {"audience": "everyone"}, "audience", "Choose the audience"),
        (reminder, {"side": "during"}, "side", "Choose the side"),
        (reminder, {"working_days": 1, "then_every": 9}, "working_days", "written to on that day"),
    ],
)
def test_a_day_or_reminder_that_cannot_be_is_refused(draft, officer, write, given, field, said):
    with pytest.raises(Refused, match=said) as refusal:
        write(draft, officer, **given)

    assert refusal.value.field == field
    assert edition_of(draft) == 1


def test_a_reminder_may_come_again_and_again(draft, officer):
    row = reminder(draft, officer, then_every=5)

    assert str(row) == "entry: 2 working days after, then every 5"
    assert remove_row(row=row, edition=2, by=officer)


# Keys -------------------------------------------------------------------------------------------


def test_a_row_keeps_its_key_from_version_to_version_whatever_it_is_called(
    sorp_in_force, draft, officer
):
    for rows in ("trigger_rules", "clauses", "calendar_rules", "reminder_rules"):
        keys = [
            set(getattr(each, rows).values_list("key", flat=True))
            for each in (sorp_in_force, draft)
        ]
        assert keys[0] == keys[1]
        assert len(keys[0]) > 1
    row = draft.trigger_rules.get(key="red-two-quarters")

    write(draft, officer, pk=row.pk, name="Three reds of six")

    row.refresh_from_db()
    assert (row.name, row.key) == ("Three reds of six", "red-two-quarters")


def test_no_key_is_used_again_but_for_what_is_put_back_as_it_was(draft, officer):
    remove_row(
        row=draft.trigger_rules.get(key="red-at-division"), edition=edition_of(draft), by=officer
    )

    another = write(draft, officer, name="Red two quarters", clause="4.10")
    back = write(draft, officer, name="Red at division", level="pat")

    assert (another.key, back.key) == ("red-two-quarters-2", "red-at-division")
