"""Import dimensions from dimensions.csv."""

from core.management.importing_command import ImportCommand
from indicators.importing.parts import import_dimensions


class Command(ImportCommand):
    help = (
        "Import dimensions.csv (dimension,name,each_case_once,withheld_below,part,part_name,is_used):"
        " all rows or none. Importing the same file again changes nothing."
    )
    noun = "dimensions"

    def import_content(self, content, *, file, options):
        return import_dimensions(content, file=file, dry_run=options["dry_run"])
