"""Who has a part in a version of the SORP, for tests."""

from organisation.models.units import Unit
from organisation.rules import PostKind
from tests.factories import CouncilFactory, holder


def council() -> Unit:
    return CouncilFactory()


def officer(**person):
    """Of the performance team: drafts, consults, answers."""
    return holder(PostKind.PERFORMANCE_OFFICER, unit=council(), **person)


def managing_director(**person):
    """Approves."""
    return holder(PostKind.MANAGING_DIRECTOR, unit=council(), **person)


def accountable_manager(**person):
    """Of a directorate: comments, and is told."""
    return holder(PostKind.ACCOUNTABLE_MANAGER, **person)


def member(**person):
    """Reads and comments, and has nothing to do by the SORP."""
    return holder(PostKind.MEMBER, unit=council(), **person)
