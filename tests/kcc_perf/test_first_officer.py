"""The first performance officer comes in by a command; nobody is a superuser."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core.management import CommandError, ManagementUtility, call_command, get_commands
from django.urls import NoReverseMatch, reverse

from core.models.audit import AuditEvent
from kcc_perf.management.commands import runserver
from organisation.importing.units import import_units
from organisation.models.people import Appointment, User
from organisation.models.units import Placement, Unit
from organisation.rules import PostKind, UnitTier
from organisation.services.people import appoint, appoint_first_officer, register_person
from tests.factories import CouncilFactory, UserFactory, holder

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]
TODAY = date(2012, 2, 1)
ADA = ("ada@council.example", "Ada Smith")
PASSWORD = "three odd words here"


@pytest.fixture(autouse=True)
def in_february(settings):
    settings.COUNCIL_NAME = "Wealdshire County Council"
    settings.SERVICE_ADDRESS = "https://performance.council.example"
    with time_machine.travel("2012-02-01 10:00 +0000", tick=False):
        yield


@pytest.fixture
def said(capsys):
    def run(*arguments):
        call_command("first_officer", *arguments)
        return capsys.readouterr().out

    return run


def test_on_an_empty_database_the_council_is_founded_and_its_officer_appointed(said):
    told = said(*ADA)

    unit = Unit.objects.get()
    assert (unit.code, unit.name, unit.tier) == (
        "COUNCIL",
        "Wealdshire County Council",
        UnitTier.COUNCIL,
    )
    assert Placement.objects.get().starts_on == date(1974, 4, 1)
    held = Appointment.objects.get()
    assert (held.user.email, held.user.name) == ADA
    assert (held.post.kind, held.post.unit) == (PostKind.PERFORMANCE_OFFICER, unit)
    assert (held.starts_on, held.ends_on) == (TODAY, None)
    assert told.splitlines()[0] == (
        "Ada Smith is performance officer of Wealdshire County Council (COUNCIL) from 2012-02-01."
    )


def test_each_step_is_on_record_as_nobody_s_in_particular(said):
    said(*ADA)

    assert list(AuditEvent.objects.order_by("pk").values_list("act", "actor")) == [
        ("registered person", None),
        ("founded unit", None),
        ("appointed", None),
        ("let in first performance officer", None),
    ]


def test_the_link_lets_them_choose_a_password_and_begin_once(said, client):
    link = said(*ADA).splitlines()[-1]
    assert link.startswith("https://performance.council.example/accounts/password/reset/key/")
    path = link.removeprefix("https://performance.council.example")

    form = client.get(path, follow=True)
    address = form.redirect_chain[-1][0]
    done = client.post(address, {"password1": PASSWORD, "password2": PASSWORD})
    assert done.status_code == 302, done.content.decode()
    client.post("/accounts/sign-in/", {"login": ADA[0], "password": PASSWORD})

    assert client.get("/home/").status_code == 200
    assert client.get(reverse("quarters")).status_code == 200
    client.logout()
    assert "password1" not in client.get(path, follow=True).content.decode()


def test_tried_first_it_says_what_would_be_and_writes_nothing(said):
    told = said(*ADA, "--dry-run")

    assert told == (
        "Ada Smith would be performance officer of Wealdshire County Council (COUNCIL);"
        " nothing was written.\n"
    )
    for model in (User, Unit, Placement, Appointment, AuditEvent):
        assert not model.objects.exists()


def test_again_before_they_came_in_they_get_another_link_which_is_all_that_is_recorded(said):
    first = said(*ADA)
    before = AuditEvent.objects.count()

    with time_machine.travel("2012-02-02 10:00 +0000", tick=False):
        second = said(*ADA)

    assert Appointment.objects.count() == 1
    assert [each.act for each in AuditEvent.objects.order_by("pk")[before:]] == [
        "let in first performance officer"
    ]
    assert first.splitlines()[0] == second.splitlines()[0]
    assert first.splitlines()[-1] != second.splitlines()[-1]


def test_where_the_council_stands_already_it_is_not_founded_again(said):
    council = CouncilFactory()

    said(*ADA)

    assert Unit.objects.get() == council
    assert Appointment.objects.get().post.unit == council


def test_the_council_s_code_may_be_that_of_units_csv(said):
    said(*ADA, "--council-code", "WCC")

    imported = import_units(
        b"code,name,tier,parent\nWCC,Wealdshire,council,\nSOC,Social care,directorate,WCC\n",
        file="units.csv",
        today=TODAY,
    )

    assert str(imported) == "1 new, 1 changed, 0 unchanged"


def refusal(*arguments):
    with pytest.raises(CommandError) as refused:
        call_command("first_officer", *arguments)
    return str(refused.value)


def test_refused_where_an_officer_can_sign_in_who_is_named():
    officer = holder(PostKind.PERFORMANCE_OFFICER)

    assert refusal(*ADA).startswith(f"{officer.name} is performance officer and can sign in")
    assert not User.objects.filter(email=ADA[0]).exists()


@pytest.mark.parametrize(
    "how", ["has no password", "has left", "holds it no longer", "is a director"]
)
def test_allowed_where_none_can_sign_in(said, how):
    officer = holder(PostKind.DIRECTOR if how == "is a director" else PostKind.PERFORMANCE_OFFICER)
    if how == "has no password":
        officer.set_unusable_password()
    officer.is_active = how != "has left"
    officer.save()
    if how == "holds it no longer":
        officer.appointments.update(ends_on=TODAY - timedelta(days=1))

    assert said(*ADA).startswith("Ada Smith is performance officer")


def test_somebody_on_record_is_taken_by_their_own_name_only(said):
    register_person(email=ADA[0], name=ADA[1], by=None)

    assert refusal("Ada@council.example", "Bo Jones") == (
        "ada@council.example belongs to Ada Smith: write that name"
    )
    assert said("Ada@Council.example", "Ada Smith").startswith("Ada Smith is")
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("ada", "Ada Smith"), "write an e-mail address"),
        (("ada@council.example", " "), "Write the person's name"),
        ((*ADA, "--council-code", "W C"), "use letters, figures, hyphens"),
    ],
)
def test_what_cannot_be_is_refused_in_words(arguments, told):
    assert told in refusal(*arguments)
    assert not User.objects.exists()


def test_a_leaver_is_not_made_officer():
    UserFactory(email=ADA[0], name=ADA[1], is_active=False)

    assert refusal(*ADA) == "ada@council.example belongs to Ada Smith, who has left: name another"


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_six_at_once_make_one_officer_of_one_council(at_once):
    at_once(
        lambda: appoint_first_officer(
            email=ADA[0], name=ADA[1], council="W", council_code="W", today=TODAY, by=None
        )
    )

    assert User.objects.count() == Unit.objects.count() == Appointment.objects.count() == 1


# No superusers


@pytest.mark.parametrize("arguments", [[], ["--noinput"], ["--email", "a@b.example"]])
def test_createsuperuser_is_refused_in_one_sentence_that_names_the_way(
    arguments, capsys, monkeypatch
):
    monkeypatch.setattr("django.db.connections.close_all", lambda: None)  # the test's own too
    with pytest.raises(SystemExit) as ended:
        ManagementUtility(["manage.py", "createsuperuser", *arguments]).execute()

    assert ended.value.code == 1
    (sentence,) = capsys.readouterr().err.splitlines()
    assert "manage.py first_officer EMAIL NAME" in sentence
    assert not User.objects.exists()


def test_there_are_no_administration_pages_and_no_rights_but_those_of_posts():
    with pytest.raises(NoReverseMatch):
        reverse("admin:index")
    fields = {each.name for each in get_user_model()._meta.get_fields()}
    assert not fields & {"is_staff", "is_superuser", "groups", "user_permissions"}
    assert get_commands()["createsuperuser"] == "kcc_perf"


# Serving an empty database


@pytest.fixture
def serving(monkeypatch, capsys):
    def told():
        monkeypatch.setattr(runserver, "start_rounds", lambda: None)
        runserver.Command().get_handler(use_static_handler=False, insecure_serving=False)
        return capsys.readouterr().out

    return told


def test_serving_says_in_a_line_how_the_first_may_come_in_until_somebody_can(serving):
    line = "No performance officer can sign in yet: manage.py first_officer EMAIL NAME makes the first, who sets the framework up at /set-up/.\n"
    assert serving() == line

    person = UserFactory()
    appoint(
        person=person,
        kind=PostKind.PERFORMANCE_OFFICER,
        unit=CouncilFactory(),
        starts_on=TODAY,
        by=None,
    )
    assert re.sub(line, "", serving()) == ""
