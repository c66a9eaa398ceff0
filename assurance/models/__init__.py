"""PAT and DAT: seats, meetings, call-ins, what came of them, papers and packs."""

from assurance.models import attendance, exemptions, invitations, meetings, packs, teams  # noqa: F401 so that Django finds every table
