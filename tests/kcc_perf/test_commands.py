"""Every command, on a small council: tried with --dry-run it changes nothing; run, it does.

A command that offers no trial changes nothing in the database at all. One that is missing from the
table below fails: say how it is called, and what it needs.
"""

from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings as project
from django.core.management import call_command, get_commands, load_command_class

from assurance.services.packs import freeze_pack
from core.services.notices import owe_notice
from indicators.models.definitions import Indicator
from indicators.services.calendar import begin_quarter
from indicators.services.rating import rate_quarter
from organisation.models.bodies import Committee
from organisation.rules import BodyKind, PostKind
from tests.assurance.factories import MeetingFactory, TeamFactory, chair_of
from tests.factories import CouncilFactory, IndicatorFactory, UserFactory, holder
from tests.indicators.factories import BreakdownFactory, districts
from tests.indicators.forecasts import LAST, SINCE, close, resulted
from tests.strategy.factories import PriorityFactory, ProgrammeFactory, ProjectFactory

pytestmark = pytest.mark.django_db
STEADY = (95, 93, 96, 94, 95, 93, 96, 94)  # green, so that nothing is escalated
OPEN = LAST.next()


@pytest.fixture(autouse=True)
def _after_the_open_quarter():
    with time_machine.travel("2013-07-25 10:00 +0100", tick=False):
        yield


@pytest.fixture
def council(sorp_in_force):
    """Two indicators with eight closed quarters, and one that is open and has no results yet."""
    for reference in ("PI-1", "PI-2"):
        resulted(STEADY, reference=reference)
    for quarter in SINCE.until(LAST):
        close(quarter)
        rate_quarter(quarter=quarter, by=None)


# What a command needs and is given: the lines of a file, or arguments made in a folder.

INDICATORS = """\
reference,title,unit,tier,kind,measure_unit,decimals,polarity,frequency,basis,method,tolerance,\
accountable_manager,layer,seasonal,lag_quarters,definition,source,first_quarter
HW-01,Potholes repaired in time,{unit},corporate,kpi,%,1,higher,quarterly,quarter,floor,,\
{manager},core,no,0,How many,Works orders,2011-Q1
"""
TARGETS = """\
reference,from_quarter,target,floor,lower,upper,outer_lower,outer_upper,reason,approved_by
PI-1,2013-Q2,92,85,,,,,Business plan,Cabinet
"""
RESULTS = f"""\
reference,quarter,value,numerator,denominator,confidence,not_available,definition_break,commentary
PI-1,{OPEN.key},95.5,,,final,,no,Two gangs back
"""
PEOPLE = """\
email,name,post,unit,from,to
b.officer@council.example,B Officer,director,{unit},2010-01-01,
"""
UNITS = """\
code,name,tier,parent
{council},The council,council,
NEW,A new directorate,directorate,{council}
"""
AWAITED = (
    f"reference,quarter,publisher,until\nPI-1,{OPEN.key},The Office for Statistics,2014-01-31\n"
)
SUSPENSIONS = (
    "reference,from_quarter,until_quarter,reason,approved_by\nPI-1,2013-Q3,,A new system,Cabinet\n"
)
DATA_QUALITY = """\
reference,source,risk,why,checked_on,checked_by,finding,mend,mend_due_on,mended_on,written_by,written_on
PI-1,Works orders,low,Counted by machine,,,,,,,{manager},2013-05-01
"""
DEFINITION_CHANGES = """\
reference,version,part,was,is,reason,break_from,changed_by,changed_on
PI-1,2,source,Cards,,The cards were given up,,{manager},2013-05-01
"""
VARIATIONS = """\
reference,from_quarter,until_quarter,exit_quarters,trigger_key,at_least,within,what,reason,clause,\
method,tolerance,target,floor,proposed_by,proposed_on,decided_by,decided_on,decision
PI-1,2013-Q3,2014-Q2,2,,,,Two green quarters to leave,A new system,,,,,,\
{manager},2013-05-01,{another},2013-05-02,So be it
"""
BODIES = "code,name,kind,units,from,to\ncabinet,Cabinet,cabinet,,2010-01-01,\n"
RATINGS = "reference,quarter,rag\nPI-1,2011-Q1,red\nPI-1,2011-Q2,red\n"


AIMS = "code,name\nspend-well,Spend well\n"
THEMES = "code,name\nroads,Roads\n"
PRIORITIES = "code,name\nbetter-roads,Better roads\n"
SUCCESS_FACTORS = "priority,by,wording\n{priority},2014/15,a bridge\n"
MEASURES = "priority,kind,indicator,wording\n{priority},evidence,,A survey\n"
EVIDENCE = "priority,gathered,title,finding\n{priority},2010-06-01,A survey,Content\n"
EVALUATIONS = (
    "priority,judged,judgement,finding,by\n{priority},2010-06-01,effective,It works,Audit\n"
)
PROGRAMMES = "code,name\nchange,Change\n"
PROJECTS = "code,programme,name\nledger,{programme},The ledger\n"
MILESTONES = "title,priority,project,due,manager\nBegin,{priority},,2030-01-31,{manager}\n"
TEAMS = "team,name,chaired_by\ndat,Delivery Assurance Team,managing_director\n"
DEPENDENCIES = "project,what,needed_by\n{project},A new ledger,2030-01-31\n"
SAVINGS = "reference,title,amount,unit,owner\nMTFP-1,Fewer leases,250000,{unit},{manager}\n"
RISKS = "reference,title,owner,assessed,likelihood,impact\nCRR-1,A flood,{manager},2011-06-30,3,5\n"
SEATS = "team,email,seat,directorate,from,to\npat,{staff},ned,,2013-05-01,\n"


def a_plan_file(text):
    """A file about a priority, a programme and PAT, which stand."""

    def arguments(folder):
        if "pat," in text:
            TeamFactory()
        given = {
            "priority": PriorityFactory().slug,
            "programme": ProgrammeFactory().slug,
            "project": ProjectFactory().slug,
            "manager": UserFactory().email,
            "staff": holder(PostKind.STAFF).email,
            "unit": IndicatorFactory().unit.code,
        }
        path = folder / "given.csv"
        path.write_text(text.format(**given))
        return [path]

    return arguments


def a_file(text):
    def arguments(folder):
        indicator = IndicatorFactory()
        path = folder / "given.csv"
        path.write_text(
            text.format(
                unit=indicator.unit.code,
                manager=indicator.accountable_manager.email,
                another=UserFactory().email,
                council=CouncilFactory().code,
            )
        )
        return [path]

    return arguments


DIMENSIONS = """\
dimension,name,each_case_once,withheld_below,part,part_name
district,District,yes,5,ashford,Ashford
"""
BREAKDOWNS = "reference,dimension,values_add_up\nPI-1,district,no\n"
PART_TARGETS = """\
reference,dimension,part,from_quarter,target,floor,lower,upper,outer_lower,outer_upper,reason,approved_by
PI-1,district,ashford,2013-Q2,92,85,,,,,Business plan,Cabinet
"""
PARTS = f"""\
reference,quarter,dimension,part,value,numerator,denominator
PI-1,{OPEN.key},district,ashford,,40,50
"""


def a_file_for_parts(text, *, broken_down=True):
    """A file about the districts, of which PI-1 has one."""

    def arguments(folder):
        (part,) = districts("Ashford")
        if broken_down:
            indicator = Indicator.objects.get(reference="PI-1")
            BreakdownFactory(indicator=indicator, dimension=part.dimension)
        path = folder / "given.csv"
        path.write_text(text)
        return [path]

    return arguments


def a_lost_phone(folder):
    person = UserFactory()
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": ""})
    return [person.email]


def places_on_a_body(folder):
    body = Committee.objects.create(
        code="cabinet", name="Cabinet", kind=BodyKind.CABINET, starts_on=date(2010, 1, 1)
    )
    path = folder / "given.csv"
    path.write_text(
        f"body,email,role,from,to\n{body.code},{UserFactory().email},member,2010-01-01,\n"
    )
    return [path]


def an_owed_notice(folder):
    owe_notice(key="one", recipient=UserFactory(), subject="One", body="One thing.", address="/")
    return []


def a_begun_quarter(folder):
    cabinet_meets_on = date(2013, 9, 16)
    in_time = date(2013, 7, 1)  # so that what is not in is late by now
    begin_quarter(quarter=OPEN, cabinet_meets_on=cabinet_meets_on, today=in_time, by=None)
    return []


def a_frozen_pack(folder):
    meeting = MeetingFactory()
    freeze_pack(meeting=meeting, by=chair_of(meeting.team))
    return ["pat", meeting.meets_on.isoformat(), "--output", folder / "pack"]


def a_built_report(folder):
    call_command("build_report", LAST.key, "--output", folder / "report")
    return [folder / "report"]


def a_ratings_file(folder):
    (folder / "ratings.csv").write_text(RATINGS)
    return ["--ratings", folder / "ratings.csv", "--output", folder / "replayed.csv"]


def a_scorecard(folder):
    (folder / "scorecard.csv").write_text(
        "Ref,Indicator,Target,Q1 2011/12\nPI-9,Calls answered (%),90,91\n"
    )
    return [folder / "scorecard.csv", "--output", folder / "read"]


def into_a_file(*arguments):
    return lambda folder: [*arguments, "--output", folder / "written"]


CALLED = {
    "build_pack": a_frozen_pack,
    "build_report": into_a_file(LAST.key),
    "close_quarter": lambda _: [OPEN.key],
    "export_awaited": into_a_file(),
    "export_breakdowns": into_a_file(),
    "export_data_quality": into_a_file(),
    "export_definition_changes": into_a_file(),
    "export_dimensions": into_a_file(),
    "export_all": lambda folder: [folder / "everything"],
    "export_escalations": into_a_file(),
    "export_part_targets": into_a_file(),
    "export_parts": into_a_file(),
    "export_ratings": into_a_file(),
    "export_rules": into_a_file(LAST.key),
    "export_suspensions": into_a_file(),
    "export_variations": into_a_file(),
    "first_officer": lambda _: ["first@council.example", "First Officer"],
    "forget_second_factor": a_lost_phone,
    "forecast": lambda _: [LAST.key],
    "import_aims": a_plan_file(AIMS),
    "import_evaluations": a_plan_file(EVALUATIONS),
    "import_evidence": a_plan_file(EVIDENCE),
    "import_measures": a_plan_file(MEASURES),
    "import_milestones": a_plan_file(MILESTONES),
    "import_priorities": a_plan_file(PRIORITIES),
    "import_programmes": a_plan_file(PROGRAMMES),
    "import_projects": a_plan_file(PROJECTS),
    "import_dependencies": a_plan_file(DEPENDENCIES),
    "import_risks": a_plan_file(RISKS),
    "import_savings": a_plan_file(SAVINGS),
    "import_seats": a_plan_file(SEATS),
    "import_success_factors": a_plan_file(SUCCESS_FACTORS),
    "import_teams": a_plan_file(TEAMS),
    "import_themes": a_plan_file(THEMES),
    "import_awaited": a_file(AWAITED),
    "import_bodies": a_file(BODIES),
    "import_breakdowns": a_file_for_parts(BREAKDOWNS, broken_down=False),
    "import_data_quality": a_file(DATA_QUALITY),
    "import_definition_changes": a_file(DEFINITION_CHANGES),
    "import_dimensions": a_file(DIMENSIONS),
    "import_indicators": a_file(INDICATORS),
    "import_members": places_on_a_body,
    "import_part_targets": a_file_for_parts(PART_TARGETS),
    "import_parts": a_file_for_parts(PARTS),
    "import_people": a_file(PEOPLE),
    "import_results": a_file(RESULTS),
    "import_suspensions": a_file(SUSPENSIONS),
    "import_targets": a_file(TARGETS),
    "import_units": a_file(UNITS),
    "import_variations": a_file(VARIATIONS),
    "rate": lambda _: [OPEN.key],
    "read_scorecard": a_scorecard,
    "record_compliance": lambda _: [LAST.key],
    "remind": a_begun_quarter,
    "replay_rules": a_ratings_file,
    "run_due": an_owed_notice,
    "seed_sorp": lambda _: [LAST.key],
    "verify_explanations": lambda _: [],
    "verify_report": a_built_report,
}
ON_AN_EMPTY_DATABASE = {"seed_sorp"}
# What no council here can call, and why.
NOT_CALLED = {
    "createsuperuser": "refuses, whoever calls it",
    "load_demo": "founds a council of its own, in an empty database named for it",
    "migrate": "makes the tables, and is Django's but for what it refuses",
    "runserver": "serves until it is stopped",
}


def ours():
    """The commands of the project's own apps, with the app of each."""
    own = {app.name for app in apps.get_app_configs() if Path(app.path).parent == project.ROOT}
    return {name: app for name, app in get_commands().items() if app in own}


def offers_a_trial(name):
    parser = load_command_class(ours()[name], name).create_parser("manage.py", name)
    return "--dry-run" in parser.format_help()


def rows():
    """A digest of each table's rows: equal only where no row was written, changed or deleted."""
    return {
        model._meta.label: sha256(
            repr(list(model._base_manager.order_by("pk").values_list())).encode()
        ).hexdigest()
        for model in apps.get_models(include_auto_created=True)
    }


def files(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def changed(before, after):
    return sorted(str(name) for name in before | after if before.get(name) != after.get(name))


def test_every_command_is_called_or_says_why_not():
    assert sorted(ours()) == sorted({**CALLED, **NOT_CALLED})


@pytest.mark.parametrize("name", sorted(CALLED))
def test_a_trial_changes_nothing_and_the_run_itself_does(name, request, tmp_path):
    if name not in ON_AN_EMPTY_DATABASE:
        request.getfixturevalue("council")
    arguments = CALLED[name](tmp_path)
    before, kept = rows(), files(tmp_path)

    if not offers_a_trial(name):
        call_command(name, *arguments)
        assert changed(before, rows()) == [], "it writes rows: let it be tried with --dry-run"
        return
    call_command(name, *arguments, "--dry-run")
    assert changed(before, rows()) == []
    assert changed(kept, files(tmp_path)) == []

    call_command(name, *arguments)
    assert changed(before, rows()) or changed(kept, files(tmp_path))
