"""A kind of condition is one class: form, JSON, sentence, check and guide follow from it."""

from dataclasses import dataclass
from decimal import Decimal

import pytest
from django.db.models import CheckConstraint, Value
from django.http import QueryDict

from core.quarters import Quarter
from escalation.rules.rule_files import read_trigger, write_trigger
from escalation.rules.triggers import breaches
from sorp.forms.drafting import TriggerForm
from sorp.lexicon import Polarity, Rag
from sorp.models.conditions import CHECKED, TriggerRule, columns_allowed
from sorp.models.statement import Version
from sorp.rules.conditions.base import Condition, between, one_of, plain
from sorp.rules.conditions.kinds import choices, every_kind, lines_of_the_guide
from sorp.rules.contradictions import Fault, contradictions
from sorp.rules.figures import Figure


@pytest.fixture
def narrow():
    """An eighth kind, for as long as a test takes: green, and by so few per cent that it may turn."""

    @dataclass(frozen=True, kw_only=True)
    class Narrow(Condition):
        kind, position = "narrow", 8
        label, short_label = "On target by a hair", "a narrow miss"
        form_fields = ("percent", "status", "at_least", "within")
        window_of = "rated"

        status: Rag = one_of(Rag.GREEN)
        percent: Decimal = between(0, 5)

        def advice(self, field_name, allowed):
            return super().advice(field_name, allowed).replace("1,000", "5")

        @property
        def condition(self):
            return f"green by less than {plain(self.percent)}% of target {self.quarters_in_words}"

        def in_window(self, history, at):
            return history[at].rag is not None

        def matches(self, history, at):
            figure = history[at]
            return figure.rag is Rag.GREEN and not figure.miss.betters(self.percent)

        def counting_implies(self, other):
            return isinstance(other, Narrow) and self.percent <= other.percent

    yield Narrow
    del Condition.KINDS["narrow"]


WRITTEN = {
    "key": "by-a-hair",
    "name": "By a hair",
    "status": "green",
    "at_least": 2,
    "within": 3,
    "level": "division",
    "tiers": ["corporate", "directorate", "division", "team"],
    "kind": "narrow",
    "percent": "2.5",
}


def test_it_is_read_from_json_written_again_and_says_its_sentence(narrow):
    trigger = read_trigger(WRITTEN)

    assert isinstance(trigger, narrow)
    assert {**write_trigger(trigger)} == WRITTEN
    assert trigger.sentence == (
        "Green by less than 2.5% of target for 2 of the last 3 rated quarters refers an indicator"
        " to its divisional management team."
    )


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("status", "red", "write one of green"),
        ("percent", "6", "give the per cent it needs, from 0 to 5"),
        ("forecast_by", "system", "say whose forecast is meant"),
        ("count", 3, "only a trigger across a unit"),
    ],
)
def test_what_it_does_not_allow_is_refused_at_its_key(narrow, key, value, said):
    with pytest.raises(ValueError, match=rf"{key}: .*{said}"):
        read_trigger(WRITTEN | {key: value})


def test_it_is_held_against_a_history(narrow):
    history = [
        Figure(
            Quarter(2023, number),
            Rag.GREEN,
            value=Decimal(value),
            target=Decimal(100),
            polarity=Polarity.HIGHER,
        )
        for number, value in ((1, 101), (2, 110), (3, 102))
    ]

    (found,) = breaches(history, [read_trigger(WRITTEN)])

    assert [each.number for each in found.quarters] == [1, 3]


def test_it_is_held_against_other_triggers(narrow):
    wider = read_trigger(WRITTEN | {"key": "by-little", "name": "By little", "percent": "4"})
    (found,) = contradictions([read_trigger(WRITTEN), wider])

    assert (found.fault, found.rule.name) == (Fault.NEVER_FIRST, "By a hair")


def test_its_form_asks_for_what_it_reads_and_leaves_the_rest_aside(narrow):
    typed = QueryDict(mutable=True)
    typed.update(
        {key: value for key, value in WRITTEN.items() if key != "tiers"}
        | {"clause": "4.9", "count": "40", "unit_tier": "division"}
    )
    typed.setlist("tiers", WRITTEN["tiers"])
    form = TriggerForm(typed, draft=Version())

    assert ("narrow", "On target by a hair") in form.fields["kind"].choices
    assert form.is_valid(), form.errors
    assert form.given["percent"] == Decimal("2.5")
    assert not form.given.get("count")
    offered = {group["heading"]: group["kinds"] for group in form.groups}
    assert "narrow" in offered["By how much"]
    assert "narrow" not in offered["Whose forecast"]


ROW = {
    "kind": "narrow",
    "status": "green",
    "at_least": 2,
    "movement": "",
    "compared_with": "",
    "percent": Decimal("2.5"),
    "forecast_by": "",
    "unit_tier": "",
    "count": None,
}


@pytest.mark.both_databases
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("column", "value", "refused_by"),
    [
        ("kind", "narrow", set()),
        ("status", "red", {"trigger_looks_for_a_known_status"}),
        ("percent", Decimal(6), {"trigger_gives_a_percentage_where_it_needs_one"}),
        ("percent", None, {"trigger_gives_a_percentage_where_it_needs_one"}),
        ("movement", "worse", {"movement_says_what_it_is_compared_with"}),
        ("count", 3, {"only_an_aggregate_counts_indicators_of_a_unit"}),
    ],
)
def test_the_database_checks_its_rows_by_constraints_made_of_it(narrow, column, value, refused_by):
    row = {
        name: Value(each, output_field=TriggerRule._meta.get_field(name))
        for name, each in (ROW | {column: value}).items()
    }
    checks = [
        CheckConstraint(condition=columns_allowed(columns), name=name)
        for name, columns in CHECKED.items()
    ]

    assert {each.name for each in checks if not each.condition.check(row)} == refused_by


def test_a_row_of_a_kind_that_there_is_not_is_allowed_by_no_check():
    assert all("narrow" not in str(columns_allowed(columns)) for columns in CHECKED.values())


def test_the_guide_is_given_its_line(narrow):
    assert lines_of_the_guide()[-1] == (
        "| `narrow` | On target by a hair | rated | `status`: green; `percent`: 0 to 5 |"
    )
    assert choices()[-1] == ("narrow", "On target by a hair")


def test_there_are_seven_kinds_and_each_has_a_place_of_its_own():
    assert [each.kind for each in every_kind()] == [
        *("status", "worsening", "variance", "forecast", "no_result", "positive", "aggregate")
    ]
    assert len({each.position for each in every_kind()}) == 7
