"""Import results from results.csv."""

from core.clock import localdate
from core.management.importing_command import ImportCommand
from indicators.importing.results import import_results


class Command(ImportCommand):
    help = (
        "Import results.csv (reference,quarter,value,numerator,denominator,confidence,"
        "not_available,definition_break,commentary; data_quarter and late may be added): all rows"
        " or none. Importing the same file again changes nothing."
    )
    noun = "results"

    def import_content(self, content, *, file, options):
        return import_results(content, file=file, today=localdate(), dry_run=options["dry_run"])
