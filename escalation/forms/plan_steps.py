"""A plan written in steps: what was typed in each goes along to the next, right or wrong.

Every page holds all that was typed on those before it, and so does the draft that is kept of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

from django.http import QueryDict

from core.figures import number_sent
from core.words import Word
from escalation.models.plans import ActionPlan
from organisation.queries import Colleagues

PREFIX = "actions"
DAY_PARTS = ("day", "month", "year")
ACTION_FIELDS = (
    *("description", "owner", "is_outsider"),
    *(f"{day}_{part}" for day in ("starts_on", "due_on") for part in DAY_PARTS),
)
MOST_CARRIED = 60  # actions: beyond what a plan may hold, so that too many can be told of


class PlanStep(Word):
    """A page of the form."""

    CAUSE = "cause", "What is wrong"
    RECOVERY = "recovery", "Getting back on target"
    ACTIONS = "actions", "What will be done"
    CHECK = "check", "Check and save"

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the plan that it asks for."""
        return {
            PlanStep.CAUSE: ("change", "cause", "barriers", "help_wanted"),
            PlanStep.RECOVERY: ("expected_recovery", "expected_value", "starts_on"),
        }.get(self, ())

    @property
    def number(self) -> int:
        return list(PlanStep).index(self) + 1

    def onward(self, by: int) -> PlanStep:
        """The step so many further on, or back, as far as there are any."""
        return list(PlanStep)[min(max(self.number - 1 + by, 0), len(PlanStep) - 1)]


NAMES = (
    *("seen", *PlanStep.CAUSE.fields, "expected_recovery", "expected_value"),
    *(f"starts_on_{part}" for part in DAY_PARTS),
)


@dataclass(slots=True)
class PlanTyped:
    """Everything that has been typed of a plan: its own fields, and its actions one by one."""

    said: dict[str, str] = field(default_factory=dict)
    actions: list[dict[str, str]] = field(default_factory=list)

    @classmethod
    def read(cls, posted: QueryDict) -> Self:
        """What a page sent: its own fields, the action on it, and what it carried."""
        sent = {name: str(value) for name, value in posted.items()}
        total = number_sent(sent.get(f"{PREFIX}-TOTAL_FORMS", ""))
        shown = number_sent(sent["action"]) + 1 if "action" in sent else 0
        rows = min(max(total, shown, 0), MOST_CARRIED)
        return cls(
            {name: sent[name] for name in NAMES if name in sent},
            [
                {
                    name: sent[f"{PREFIX}-{row}-{name}"]
                    for name in ACTION_FIELDS
                    if f"{PREFIX}-{row}-{name}" in sent
                }
                for row in range(rows)
            ],
        )

    @classmethod
    def kept(cls, typed: Mapping[str, Any]) -> Self:
        """What a draft holds of it."""
        return cls(dict(typed["said"]), [dict(each) for each in typed["actions"]])

    @property
    def to_keep(self) -> dict[str, Any]:
        """The same as a draft holds it."""
        return {"said": self.said, "actions": self.actions}

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing that anybody could miss."""
        texts = [text for name, text in self.said.items() if name != "seen"]
        texts += [text for action in self.actions for text in action.values()]
        return not any(text.strip() for text in texts)

    @classmethod
    def held(cls, plan: ActionPlan | None, today: date, colleagues: Colleagues) -> Self:
        """What the plan in place says, to be said again or changed: without what is done or past.

        A name that was never said to be anybody's is offered as that of the one colleague who has it.
        """
        if plan is None:
            return cls({"seen": "0"})
        recovery = plan.expected_recovery
        value = plan.expected_value
        return cls(
            {
                "seen": str(plan.number),
                "cause": plan.cause,
                "barriers": plan.barriers,
                "help_wanted": plan.help_wanted,
                "expected_recovery": recovery.key
                if recovery and recovery.last_day >= today
                else "",
                "expected_value": "" if value is None else f"{value.normalize():f}",
                **_day("starts_on", plan.starts_on),
            },
            [
                {
                    "description": each.description,
                    "owner": each.person.name if each.person else each.owner,
                    **(
                        {}
                        if each.person or len(colleagues.called(each.owner)) == 1
                        else {"is_outsider": "on"}
                    ),
                    **_day("starts_on", each.starts_on),
                    **_day("due_on", each.due_on if each.due_on >= today else None),
                }
                for each in plan.actions.all()
                if each.done_on is None
            ],
        )

    @property
    def data(self) -> QueryDict:
        """The same as a form takes it."""
        whole = QueryDict(mutable=True)
        whole.update(self.said)
        for name, value in self._actions():
            whole[name] = value
        return whole

    def carried(self, *, shown: Mapping[str, Any], action: int | None) -> list[tuple[str, str]]:
        """What a page that shows some of it carries unseen: the rest."""
        return [
            *((name, value) for name, value in self.said.items() if not _is_of(name, shown)),
            *(
                (name, value)
                for name, value in self._actions()
                if action is None or not name.startswith(f"{PREFIX}-{action}-")
            ),
        ]

    def _actions(self) -> Iterator[tuple[str, str]]:
        yield f"{PREFIX}-TOTAL_FORMS", str(len(self.actions))
        yield f"{PREFIX}-INITIAL_FORMS", "0"
        for row, action in enumerate(self.actions):
            for name, value in action.items():
                yield f"{PREFIX}-{row}-{name}", value

    def without_empty(self) -> None:
        """Actions of which nothing was typed are gone."""
        self.actions = [
            each
            for each in self.actions
            if any(value.strip() for name, value in each.items() if name != "is_outsider")
        ]


def _day(name: str, day: date | None) -> dict[str, str]:
    return {f"{name}_{part}": str(getattr(day, part)) if day else "" for part in DAY_PARTS}


def _is_of(name: str, shown: Mapping[str, Any]) -> bool:
    return name in shown or any(name == f"{each}_{part}" for each in shown for part in DAY_PARTS)
