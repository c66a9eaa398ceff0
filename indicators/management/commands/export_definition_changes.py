"""Export what definitions said before, which import_definition_changes takes back."""

from typing import Any

from core.management.exporting_command import ExportingCommand
from indicators.exporting.definition_changes import definition_changes_csv


class Command(ExportingCommand):
    help = "Write what each definition said before and says since, as CSV."
    rows = "rows"

    def text(self, **options: Any) -> str:
        return definition_changes_csv()
