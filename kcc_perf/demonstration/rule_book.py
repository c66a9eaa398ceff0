"""How the second version of the SORP came about: drafted, tried, talked over, approved, in force."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from core import clock, jobs
from core.quarters import Quarter
from core.queries import last_closed
from escalation.models.backtests import Backtest
from escalation.queries.evaluation import evaluator_rules
from escalation.services.backtests import keep_as_evidence, request_backtest
from indicators.models.definitions import Indicator
from indicators.services.variations import VariedWindow, agree_variation, propose_variation
from kcc_perf.demonstration import files
from organisation.models.people import User
from sorp.lexicon import Tier
from sorp.models.statement import Version
from sorp.queries.ruling import version_rules
from sorp.services.approval import approve_version, bring_into_force
from sorp.services.consultation import answer_comment, comment_on_version, open_consultation
from sorp.services.drafting import draft_version, save_clause, save_trigger

# The quarter whose close came before all this: the work of the autumn that followed it.
AFTER = Quarter(2022, 2)


def write_the_second_version() -> None:
    """A second version of the SORP is approved, and rules from the last quarter of the same year."""
    told = files.document("rule_book.json")
    author = User.objects.get(email=told["author"])
    draft = _draft(told, author)
    _try_it(draft, told["backtest"], author)
    _talk_it_over(draft, told["consultation"], author)
    approval = told["approval"]
    day = date.fromisoformat(approval["on"])
    with clock.at(day):
        approved = approve_version(
            version=draft,
            from_quarter=Quarter.parse(told["consultation"]["in_force_from"]),
            approved_on=day,
            note=approval["note"],
            closed_until=last_closed(),
            today=day,
            by=User.objects.get(email=approval["by"]),
        )
    first_day = approved.from_quarter.first_day
    with clock.at(first_day):
        bring_into_force(today=first_day, by=None)


def _draft(told: dict[str, Any], author: User) -> Version:
    with clock.at(date.fromisoformat(told["drafted_on"])):
        base = Version.objects.get(state=Version.State.IN_FORCE)
        draft = draft_version(base=base, number=told["number"], summary=told["summary"], by=author)
        for clause in told["clauses"]:
            draft.refresh_from_db()
            save_clause(version=draft, edition=draft.edition, by=author, **clause)
        for trigger in told["triggers"]:
            draft.refresh_from_db()
            save_trigger(
                version=draft, edition=draft.edition, by=author, **_trigger_fields(trigger)
            )
    draft.refresh_from_db()
    return draft


def _trigger_fields(trigger: dict[str, Any]) -> dict[str, Any]:
    percent = trigger.get("percent")
    return {
        **trigger,
        "tiers": [Tier(each) for each in trigger["tiers"]],
        **({"percent": Decimal(percent)} if percent else {}),
    }


def _try_it(draft: Version, told: dict[str, Any], author: User) -> None:
    with clock.at(date.fromisoformat(told["on"])):
        asked: Backtest = request_backtest(
            name=told["name"], rules=evaluator_rules(version_rules(draft)), version=draft, by=author
        )
        jobs.run_pending()
        asked.refresh_from_db()
        keep_as_evidence(backtest=asked, version=draft, by=author)


def _talk_it_over(draft: Version, told: dict[str, Any], author: User) -> None:
    from_day, until = date.fromisoformat(told["from"]), date.fromisoformat(told["until"])
    with clock.at(from_day):
        open_consultation(
            version=draft,
            from_quarter=Quarter.parse(told["in_force_from"]),
            until=until,
            today=from_day,
            by=author,
        )
    for day, act in sorted(
        _comments_made(draft, told["comments"], author), key=lambda each: each[0]
    ):
        with clock.at(day):
            act(day)


def _comments_made(draft: Version, comments: list[dict[str, Any]], author: User) -> Iterator[Any]:
    """Each comment and each answer, on its day."""
    for each in comments:
        made: dict[str, Any] = {}

        def comment(day: date, each: dict[str, Any] = each, made: dict[str, Any] = made) -> None:
            made["comment"] = comment_on_version(
                version=draft,
                clause=each["clause"],
                words=each["words"],
                today=day,
                by=User.objects.get(email=each["by"]),
            )

        def answer(day: date, each: dict[str, Any] = each, made: dict[str, Any] = made) -> None:
            answer_comment(
                comment=made["comment"],
                words=each["answer"],
                led_to_change=each["led_to_change"],
                today=day,
                by=author,
            )

        yield date.fromisoformat(each["on"]), comment
        yield date.fromisoformat(each["answered_on"]), answer


def vary_by_agreement(since: date, until: date) -> None:
    """Variations proposed between two days stand, agreed where they were."""
    for told in files.document("rule_book.json")["variations"]:
        if since < date.fromisoformat(told["proposed_on"]) <= until:
            _vary(told)


def _vary(told: dict[str, Any]) -> None:
    indicator = Indicator.objects.get(reference=told["reference"])
    differently = {name: Decimal(told[name]) for name in ("target", "floor") if name in told}
    with clock.at(date.fromisoformat(told["proposed_on"])):
        variation = propose_variation(
            indicator=indicator,
            clause=told["clause"],
            what=told["what"],
            reason=told["reason"],
            from_quarter=Quarter.parse(told["from_quarter"]),
            until_quarter=Quarter.parse(told["until_quarter"]),
            triggers=[VariedWindow(**each) for each in told["triggers"]],
            by=indicator.accountable_manager,
            **differently,
        )
    if "agreed_on" in told:
        with clock.at(date.fromisoformat(told["agreed_on"])):
            agree_variation(
                variation=variation,
                decision=told["decision"],
                by=User.objects.get(email=told["agreed_by"]),
            )
