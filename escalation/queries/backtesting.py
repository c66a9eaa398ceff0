"""What a back-test reads: every indicator's history, variations and record, and the rules tried."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from escalation.models import Backtest
from escalation.queries.evaluation import in_words, observations
from escalation.queries.following import as_episode, stored_escalations
from escalation.queries.varying import agreed_variations, as_varied
from escalation.rules import Rules
from escalation.rules.backtesting import Subject
from escalation.rules.documents import read_rules, write_rules
from indicators.models import Indicator
from organisation.queries import tree_on
from organisation.rules import Tree, UnitTier
from sorp.lexicon import Quarter, Tier
from sorp.models import Version
from sorp.queries import as_rules


def subjects(*, until: Quarter, today: date) -> list[Subject]:
    """Every indicator that was rated in a closed quarter, in order of reference.

    Its directorate is the one to which it belongs today. The queries are as many however many
    indicators there are.
    """
    histories = observations(until=until)
    stored = stored_escalations(histories)
    variations = agreed_variations(histories)
    tree = tree_on(today)
    measured = Indicator.objects.filter(pk__in=histories).select_related("unit")
    return [
        Subject(
            reference=each.reference,
            title=each.title,
            directorate=_directorate(each, tree),
            tier=Tier(each.tier),
            history=tuple(histories[each.pk]),
            varied=tuple(as_varied(varied) for varied in variations.get(each.pk, ())),
            recorded=tuple(
                as_episode(row) for row in stored.get(each.pk, ()) if not row.referred_by_id
            ),
            referred=tuple(
                as_episode(row) for row in stored.get(each.pk, ()) if row.referred_by_id
            ),
        )
        for each in measured.order_by("reference")
    ]


def rules_tried(backtest: Backtest) -> Rules:
    """The rules of a back-test, as the evaluator reads them."""
    return read_rules(json.dumps(backtest.rules).encode(), "rules.json")


def as_document(rules: Rules) -> dict[str, Any]:
    """Rules as they are kept with a back-test: those of a rules.json."""
    document: dict[str, Any] = json.loads(write_rules(rules))
    return document


def rules_of(version: Version) -> Rules:
    """The rules for escalation that a version holds, whether in force or a draft."""
    return in_words(as_rules(version))


def _directorate(indicator: Indicator, tree: Tree) -> str:
    found = tree.at_tier(indicator.unit_id, UnitTier.DIRECTORATE)
    return found.name if found else indicator.unit.name


def evidence_on(version: Version) -> list[Backtest]:
    """The back-tests kept as evidence on a version, for those who comment on it or approve it."""
    return list(version.backtests.filter(is_evidence=True).order_by("finished_at"))
