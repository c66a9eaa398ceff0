"""docker-compose.yml, as far as it can be held to its word without an engine."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
ONE_SHOT = {"migrate"}
IMAGES = re.compile(r"[a-z]+:\d+(\.\d+)*")
NAMED = re.compile(r"\$\{([A-Z_]+)")


def processes():
    lines = (ROOT / "deploy/processes").read_text().splitlines()
    return dict(line.split(": ", 1) for line in lines if line and not line.startswith("#"))


def strings(branch):
    if isinstance(branch, dict):
        branch = [*branch.values()]
    if isinstance(branch, list):
        return [text for each in branch for text in strings(each)]
    return [str(branch)]


def test_the_services_are_those_of_service_mode():
    assert set(SERVICES) == {*processes(), "postgres", "redis", "nginx"}


@pytest.mark.parametrize("name", sorted(processes()))
def test_each_process_runs_the_command_that_the_tests_run(name):
    assert SERVICES[name]["command"] == processes()[name]


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_each_service_is_watched_or_runs_once(name):
    service = SERVICES[name]
    if name in ONE_SHOT:
        assert service["restart"] == "no"
        assert service["healthcheck"] == {"disable": True}
    else:
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_each_waits_for_what_it_needs_by_a_condition(name):
    needed = SERVICES[name].get("depends_on", {})
    for other, wait in needed.items():
        expected = "service_completed_successfully" if other in ONE_SHOT else "service_healthy"
        assert wait["condition"] == expected
    if name in ("web", "worker", "beat"):
        assert set(needed) == {"migrate", "postgres", "redis"}


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_each_image_is_built_here_or_pinned(name):
    service = SERVICES[name]
    if "build" not in service:
        assert IMAGES.fullmatch(service["image"]), service["image"]


def test_the_dockerfile_pins_its_images_and_ends_as_nobody_in_particular():
    text = (ROOT / "Dockerfile").read_text()
    stages = dict(re.findall(r"^FROM (\S+) AS (\S+)$", text, re.M))

    assert {"application", "front"} == set(stages.values())
    assert all(re.fullmatch(r"[a-z]+:\d[\w.-]*", image) for image in stages)
    application = text.partition(" AS front")[0]
    assert re.findall(r"^USER (\S+)$", application, re.M) == ["10001:10001"]
    assert "--require-hashes -r requirements.lock" in application
    assert "HEALTHCHECK" in application
    for library in ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"):
        assert library in application
        assert library in (ROOT / "bin/system-libraries").read_text()


def test_the_image_serves_by_the_same_command():
    (said,) = re.findall(r"^CMD (\[.*gunicorn.*\])$", (ROOT / "Dockerfile").read_text(), re.M)

    assert " ".join(yaml.safe_load(said)) == processes()["web"]


def test_no_secret_stands_in_the_file():
    """Whatever a secret's name is given to must come from outside, and be asked for."""
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            if re.search("SECRET|PASSWORD|DATABASE_URL", variable):
                assert re.search(r"\$\{(SECRET_KEY|POSTGRES_PASSWORD):\?", value), (name, variable)
    for text in strings(COMPOSE):
        for address in re.findall(r"\w+://[^/\s]*:([^@/\s]*)@", text):
            assert address.startswith("${"), text


def test_every_variable_that_is_asked_for_is_explained_in_the_sample():
    asked = {name for text in strings(COMPOSE) for name in NAMED.findall(text)}
    explained = set(re.findall(r"^#? ?([A-Z_]+)=", (ROOT / "dotenv-sample").read_text(), re.M))

    assert asked - explained == set()


def test_every_variable_that_is_handed_on_is_one_that_the_settings_read():
    read = "".join(
        (ROOT / path).read_text()
        for path in ("kcc_perf/settings.py", "kcc_perf/environment.py", "deploy/gunicorn.py")
    )
    for name in SERVICES["web"]["environment"]:
        assert f'"{name}"' in read


def test_every_volume_that_is_used_is_declared_and_the_other_way_round():
    used = {
        volume.partition(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", [])
    }

    assert used == set(COMPOSE["volumes"])


def test_the_database_and_the_broker_are_reached_from_inside_only():
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    for name in ("postgres", "redis"):
        assert SERVICES[name]["networks"] == ["inside"]
        assert "ports" not in SERVICES[name]
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["nginx"]
    assert "${LISTEN:-127.0.0.1:8080}:8080" in SERVICES["nginx"]["ports"]


def test_our_own_processes_may_write_nowhere_but_in_media_and_tmp():
    for name in processes():
        service = SERVICES[name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["volumes"] == ["media:/srv/media"]
        assert service["tmpfs"] == ["/tmp"]


def test_the_proxy_keeps_only_what_django_calls_public():
    text = (ROOT / "deploy/nginx.conf").read_text()
    rules = re.sub(r"#.*", "", text)

    assert rules.count("{") == rules.count("}")
    for overruling in ("proxy_ignore_headers", "proxy_hide_header", "proxy_cache_valid"):
        assert overruling not in rules, "the proxy would keep what Django calls private"
    for session in ("proxy_cache_bypass $has_session;", "proxy_no_cache $has_session;"):
        assert session in rules
    assert "/srv/media" not in rules
    assert "media" not in {v.partition(":")[0] for v in SERVICES["nginx"].get("volumes", [])}


def test_what_is_secret_or_only_for_tests_stays_out_of_the_image():
    left_out = (ROOT / ".dockerignore").read_text().splitlines()

    assert {".git", ".env", ".venv", "tests", "var", "media"} <= set(left_out)
