"""Export the triggers in force as rules.json, for replay_rules and for those who check us."""

from typing import Any

from django.core.management.base import CommandParser

from core.management.exporting_command import ExportingCommand
from core.quarters import Quarter
from escalation.queries.evaluation import evaluator_rules
from escalation.rules.rule_files import write_rules
from sorp.queries.ruling import rules_in_force


class Command(ExportingCommand):
    help = "Write the triggers, the exit rule and the relapse rule that judge a quarter, as JSON."
    rows = "lines"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("quarter", help="the quarter they judge, such as 2011-Q1")
        super().add_arguments(parser)

    def text(self, *, quarter: str, **options: Any) -> str:
        return write_rules(evaluator_rules(rules_in_force(Quarter.parse(quarter))))
