"""Units and people from files: all rows or none, through the same services as the pages."""

from .outcome import Import, Imported
from .people import import_people
from .units import import_units

__all__ = ["Import", "Imported", "import_people", "import_units"]
