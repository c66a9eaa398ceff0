"""Import people and the posts they hold from people.csv."""

from organisation.importing import import_people
from organisation.management.importing_command import ImportCommand


class Command(ImportCommand):
    help = (
        "Import people.csv (email,name,post,unit,from,to): all rows or none. Importing the same"
        " file again changes nothing."
    )
    noun = "posts held"

    def import_content(self, content, *, file, options):
        return import_people(content, file=file, dry_run=options["dry_run"])
