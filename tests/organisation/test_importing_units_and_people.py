"""Units and people from files: all rows or none, and the same file twice changes nothing."""

from datetime import date

import pytest
from django.core.management import call_command

from core.models.audit import AuditEvent
from organisation.models.people import Appointment, Post, User
from organisation.models.units import Placement, Unit
from organisation.queries import tree_on
from organisation.rules import PostKind

UNITS = """code,name,tier,parent
TEAM,Roads team,team,DIV
DIV,Highways,division,DIR
DIR,Environment,directorate,KCC
KCC,The council,council,
"""
PEOPLE = """email,name,post,unit,from,to
A.Officer@council.example,A Officer,accountable_manager,DIV,2011-04-01,
a.officer@council.example,A Officer,staff,KCC,2009-04-01,2011-03-31
b.officer@council.example,B Officer,director,DIR,2010-01-01,
"""

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(tmp_path, capsys):
    """Run an import command on a text. Returns the exit code and the lines it printed."""

    def run(name, text, *options):
        path = tmp_path / f"{name}.csv"
        path.write_text(text, encoding="utf-8", newline="")
        try:
            call_command(f"import_{name}", path, *options)
            code = 0
        except SystemExit as leaving:
            code = leaving.code
        said = capsys.readouterr()
        return code, (said.err if code else said.out).splitlines()

    return run


def everything():
    """How many rows of each kind there are: what "nothing written" is judged by."""
    kinds = (Unit, Placement, User, Post, Appointment, AuditEvent)
    return {kind.__name__: kind.objects.count() for kind in kinds}


def test_units_are_founded_whatever_the_order_of_rows(run):
    assert run("units", UNITS) == (0, ["units.csv: units: 4 new, 0 changed, 0 unchanged."])

    assert Unit.objects.get(code="TEAM").parent.parent.parent == Unit.objects.get(code="KCC")
    assert len(tree_on(date(1974, 4, 1)).branches) == 4
    assert AuditEvent.objects.filter(act="founded unit", actor=None).count() == 4


def test_units_imported_twice_change_nothing(run):
    run("units", UNITS)
    before = everything()

    assert run("units", "\ufeff" + UNITS) == (
        0,
        ["units.csv: units: 0 new, 0 changed, 4 unchanged."],
    )
    assert everything() == before


def test_a_dry_run_says_what_would_change_and_writes_nothing(run):
    before = everything()

    code, said = run("units", UNITS, "--dry-run")

    assert (code, said) == (
        0,
        [
            "new: KCC",
            "new: DIR",
            "new: DIV",
            "new: TEAM",
            "units.csv: units: 4 new, 0 changed, 0 unchanged would follow; nothing was written.",
        ],
    )
    assert everything() == before


def test_a_renamed_and_moved_unit_keeps_what_it_was_on_record(run):
    run("units", UNITS)
    moved = UNITS.replace("DIV,Highways,division,DIR", "DIV,Transport,division,KCC")

    code, said = run("units", moved, "--starts-on", "2012-04-01")

    assert (code, said) == (0, ["units.csv: units: 0 new, 1 changed, 3 unchanged."])
    unit = Unit.objects.get(code="DIV")
    assert tree_on(date(2012, 3, 31)).branches[unit.pk].name == "Highways"
    assert tree_on(date(2012, 4, 1)).branches[unit.pk].name == "Transport"
    assert unit.parent.code == "KCC"


def test_a_row_may_say_from_when_its_unit_stands(run):
    code, _ = run("units", "code,name,tier,parent,starts_on\nKCC,The council,council,,2009-06-04\n")

    assert code == 0
    assert Placement.objects.get().starts_on == date(2009, 6, 4)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("A,Alpha,division,NONE", "6:parent: name a unit in this file or one that exists: there is no NONE"),
        ("A,Alpha,division,", "6:parent: Alpha is a division: name the unit it is part of"),
        ("A,Alpha,division,TEAM", "6:parent: name a unit that is higher than a division: TEAM is a team"),
        ("A,Alpha,council,KCC", "6:parent: name a unit that is higher than a council: KCC is a council"),
        ("A,Alpha,council,", "6:tier: make this a part of KCC: there is one council"),
        ("DIV,Alpha,division,DIR", "6:code: remove this row or row 3: both give code DIV"),
        ("A,=SUM(A1),division,DIR", "6:name: begins with =, which a spreadsheet would run as a formula: begin with a letter or figure"),
        ("A B,Alpha,division,DIR", "6:code: use letters, figures, hyphens and underscores, up to 40, not 'A B'"),
        ("A,Alpha,department,DIR", "6:tier: write one of council, directorate, division, team, not 'department'"),
        ("A,,division,DIR", "6:name: fill in this cell"),
        ("A,Alpha,division,B\nB,Beta,directorate,A", "6:parent: A is part of B, which is part of A: break the circle"),
    ],
)  # fmt: skip
def test_a_bad_row_is_told_and_no_row_is_written(run, row, fault):
    before = everything()

    code, said = run("units", UNITS + row + "\n")

    assert code == 1
    assert f"units.csv:{fault}" in said
    assert everything() == before


def test_a_unit_keeps_its_tier(run):
    run("units", UNITS)

    assert run("units", UNITS.replace("team,DIV", "division,DIR")) == (
        1,
        [
            "units.csv:2:tier: write team, as TEAM is now, or give a new unit a new code",
        ],
    )


def test_every_fault_is_told_at_once_and_after_a_hundred_they_are_counted(run):
    rows = "".join(f"U{number},Unit,division,NONE\n" for number in range(150))

    code, said = run("units", UNITS + rows)

    assert code == 1
    assert len(said) == 101
    assert said[0].startswith("units.csv:6:parent: name a unit")
    assert said[-1] == "... and 50 more"


def test_people_are_registered_and_appointed_once(run):
    run("units", UNITS)
    assert run("people", PEOPLE) == (
        0,
        ["people.csv: posts held: 3 new, 0 changed, 0 unchanged."],
    )
    before = everything()

    assert run("people", PEOPLE)[1] == ["people.csv: posts held: 0 new, 0 changed, 3 unchanged."]

    assert everything() == before
    officer = User.objects.get(email="a.officer@council.example")
    assert not officer.has_usable_password()
    assert {(each.post.kind, each.ends_on) for each in officer.appointments.all()} == {
        (PostKind.ACCOUNTABLE_MANAGER, None),
        (PostKind.STAFF, date(2011, 3, 31)),
    }


def test_a_new_last_day_and_a_new_name_are_changes_and_nothing_else_is(run):
    run("units", UNITS)
    run("people", PEOPLE)
    changed = PEOPLE.replace("B Officer", "B Newname").replace(
        "2010-01-01,", "2010-01-01,2012-03-31"
    )

    assert run("people", changed, "--dry-run")[1] == [
        "changed: the name of b.officer@council.example",
        "changed: b.officer@council.example, Director, DIR",
        "people.csv: posts held: 0 new, 2 changed, 2 unchanged would follow; nothing was written.",
    ]
    assert User.objects.filter(name="B Officer").exists()
    assert run("people", changed)[0] == 0

    director = User.objects.get(email="b.officer@council.example")
    assert director.name == "B Newname"
    assert director.appointments.get().ends_on == date(2012, 3, 31)


def test_a_renamed_unit_does_not_appoint_its_people_anew(run):
    run("units", UNITS)
    run("people", PEOPLE)
    run("units", UNITS.replace("Highways", "Transport"), "--starts-on", "2012-04-01")

    assert run("people", PEOPLE)[1] == ["people.csv: posts held: 0 new, 0 changed, 3 unchanged."]
    more = PEOPLE + "c@council.example,C Officer,accountable_manager,DIV,2013-04-01,\n"
    assert run("people", more)[0] == 0
    assert Post.objects.filter(kind=PostKind.ACCOUNTABLE_MANAGER).count() == 1


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("nobody,N,staff,KCC,2011-04-01,", "5:email: write an e-mail address, such as name@council.gov.uk"),
        ("n@council.example,N,chief,KCC,2011-04-01,", "5:post: write one of accountable_manager,"),
        ("n@council.example,N,staff,NONE,2011-04-01,", "5:unit: name a unit that exists: there is no NONE"),
        ("n@council.example,N,staff,KCC,01/04/2011,", "5:from: write a date like 2011-04-01, "
            "not '01/04/2011'"),
        ("n@council.example,N,staff,KCC,,", "5:from: fill in this cell"),
        ("n@council.example,N,staff,KCC,2011-04-01,2011-03-31", "5:to: N cannot leave on 2011-03-31, before 2011-04-01"),
        ("B.OFFICER@council.example,B Officer,director,DIR,2010-01-01,", "5:email: remove this row or row 4: both give email b.officer@council.example,"),
        ("b.officer@council.example,Somebody,staff,KCC,2010-01-01,", "5:name: write 'B Officer' as in row 4: it is the same e-mail address"),
        ("b.officer@council.example,B Officer,director,DIR,2010-06-01,", "5:from: B Officer already holds the post"),
        ("n@council.example,@N,staff,KCC,2011-04-01,", "5:name: begins with @, which a spreadsheet would run as a formula"),
    ],
)  # fmt: skip
def test_a_bad_person_is_told_and_nobody_is_written(run, row, fault):
    run("units", UNITS)
    before = everything()

    code, said = run("people", PEOPLE + row + "\n")

    assert code == 1
    assert any(line.startswith(f"people.csv:{fault}") for line in said), said
    assert everything() == before


def test_a_holding_that_ended_is_not_reopened_by_an_older_file(run):
    run("units", UNITS)
    run("people", PEOPLE.replace("2010-01-01,", "2010-01-01,2012-03-31"))

    code, said = run("people", PEOPLE)

    assert code == 0
    assert "0 new, 0 changed" in said[-1]
    assert Appointment.objects.filter(ends_on=date(2012, 3, 31)).exists()
