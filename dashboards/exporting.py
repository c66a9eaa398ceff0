"""Everything that a council can take with it: the files that a new one is made of, and its record."""

from __future__ import annotations

import io
import zipfile

from assurance.exporting import seats_csv, teams_csv
from escalation.exporting import escalations_csv
from escalation.queries.evaluation import evaluator_rules
from escalation.rules.rule_files import write_rules
from indicators.exporting.awaited import awaited_csv
from indicators.exporting.data_quality import data_quality_csv
from indicators.exporting.definition_changes import definition_changes_csv
from indicators.exporting.definitions import indicators_csv, targets_csv
from indicators.exporting.parts import breakdowns_csv, dimensions_csv, part_targets_csv, parts_csv
from indicators.exporting.ratings import ratings_csv
from indicators.exporting.results import results_csv
from indicators.exporting.suspensions import suspensions_csv
from indicators.exporting.variations import variations_csv
from organisation.exporting import bodies_csv, memberships_csv, people_csv, units_csv
from sorp.models.statement import Version
from sorp.queries.ruling import version_rules
from strategy.exporting import (
    aims_csv,
    dependencies_csv,
    evaluations_csv,
    evidence_csv,
    measures_csv,
    milestones_csv,
    priorities_csv,
    programmes_csv,
    projects_csv,
    risks_csv,
    savings_csv,
    success_factors_csv,
    themes_csv,
)

# In the order in which they are imported: each names what those before it hold.
IMPORTED = {
    "units.csv": units_csv,
    "people.csv": people_csv,
    "bodies.csv": bodies_csv,
    "members.csv": memberships_csv,
    "indicators.csv": indicators_csv,
    "definition_changes.csv": definition_changes_csv,
    "targets.csv": targets_csv,
    "suspensions.csv": suspensions_csv,
    "variations.csv": variations_csv,
    "awaited.csv": awaited_csv,
    "results.csv": results_csv,
    "data_quality.csv": data_quality_csv,
    "dimensions.csv": dimensions_csv,
    "breakdowns.csv": breakdowns_csv,
    "part_targets.csv": part_targets_csv,
    "parts.csv": parts_csv,
    "teams.csv": teams_csv,
    "seats.csv": seats_csv,
    "aims.csv": aims_csv,
    "themes.csv": themes_csv,
    "priorities.csv": priorities_csv,
    "success_factors.csv": success_factors_csv,
    "measures.csv": measures_csv,
    "programmes.csv": programmes_csv,
    "projects.csv": projects_csv,
    "dependencies.csv": dependencies_csv,
    "milestones.csv": milestones_csv,
    "evidence.csv": evidence_csv,
    "evaluations.csv": evaluations_csv,
    "savings.csv": savings_csv,
    "risks.csv": risks_csv,
}
# Written whether or not there is anything in them.
ALWAYS = ("units.csv", "people.csv", "indicators.csv", "targets.csv", "results.csv")
READ_ME = """\
{imported}
are taken back by the import commands, in this order, once a SORP is in force: manage.py import_units
units.csv, and so on. From the same SORP and the same closes (manage.py close_quarter, in order of
quarter) follow

ratings.csv
escalations.csv

but for what was restated after a revision, what a level referred up by hand, and what was judged by a
definition that has changed since: indicators.csv says what each is now, definition_changes.csv what it was.

{rules}

hold the rules by which quarters were judged; with variations.csv, manage.py replay_rules reads them.

people.csv and results.csv name people and hold small numbers that reports withhold. Keep them as you
keep the service itself. Passwords, evidence, plans, papers, variations that were proposed or refused, and the
audit trail are not here: they are in the database and among the uploaded files, which are copied as the
guide for operators says.
"""


def all_files() -> dict[str, bytes]:
    """Every file by name, `{"units.csv": b"code,name…", …}`. The same record gives the same bytes."""
    written = {name: write() for name, write in IMPORTED.items()}
    imported = {
        name: text for name, text in written.items() if name in ALWAYS or text.count("\n") > 1
    }
    rules = {
        f"rules-{version.number}.json": write_rules(evaluator_rules(version_rules(version)))
        for version in Version.objects.binding().order_by("from_quarter")
    }
    files = {
        **imported,
        "ratings.csv": ratings_csv(closed_only=True),
        "escalations.csv": escalations_csv(),
        **rules,
        "READ-ME.md": READ_ME.format(imported="\n".join(imported), rules="\n".join(rules)),
    }
    return {name: text.encode() for name, text in files.items()}


def as_zip(files: dict[str, bytes]) -> bytes:
    """The files as one archive, which says nothing of when it was made."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
