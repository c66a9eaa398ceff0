"""An edition published as a council does it: by two people."""

from core.clock import now
from organisation.rules import PostKind
from reports.services.publishing import approve_edition, check_edition, publish_edition
from tests.factories import holder


def approve(edition, *, by, publish_at=None):
    """Checked by one officer, and approved by another, whom it returns with the edition."""
    check_edition(edition=edition, by=by)
    other = holder(PostKind.PERFORMANCE_OFFICER)
    return approve_edition(edition=edition, publish_at=publish_at or now(), by=other)


def publish(edition, *, by):
    return publish_edition(edition=approve(edition, by=by))
