"""nginx by our own configuration, before a slow application: who waits for whom, and what is kept."""

import http.client
import os
import re
import shutil
import subprocess
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.kcc_perf.test_house import every_view
from tests.service.processes import ROOT, free_port
from tests.services import PATIENCE, wait_until

CONFIGURATION = (ROOT / "deploy/nginx.conf").read_text()
AT_ONCE = 12
SIGN_IN = "/accounts/sign-in/"
REPORT = "/performance/2011-Q4/"


class Application(BaseHTTPRequestHandler):
    """Slow: answers once as many are asking as are awaited; where one is, after half a second."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        server = self.server
        with server.lock:
            server.asked.append(self.path)
            server.present += 1
            server.most_present = max(server.most_present, server.present)
            if server.present >= server.awaited:
                server.all_here.set()
        server.all_here.wait(PATIENCE)
        if server.awaited == 1:
            time.sleep(0.5)
        with server.lock:
            server.present -= 1
        self.send_response(200)
        self.send_header("Cache-Control", "public, max-age=300" if _is_report(self) else "no-store")
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"page")

    def log_message(self, *said):
        pass


def _is_report(request):
    return request.path.startswith("/performance/")


@pytest.fixture
def application():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Application)
    server.request_queue_size = 64
    server.lock, server.all_here = threading.Lock(), threading.Event()
    server.asked, server.present, server.most_present, server.awaited = [], 0, 0, AT_ONCE
    thread = threading.Thread(target=server.serve_forever, args=[0.05], daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def program():
    """nginx, where it is; Debian keeps it where only root looks."""
    return shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")


@pytest.fixture
def front(application, tmp_path):
    """nginx serving by deploy/nginx.conf, with its places on this machine for those in its image."""
    if program() is None:
        said = "nginx is not installed: apt-get install nginx"
        if os.environ.get("REQUIRE_SERVICES") == "1":
            pytest.fail(f"{said}, and REQUIRE_SERVICES=1 asks for it")
        pytest.skip(said)
    port, text = free_port(), CONFIGURATION
    (tmp_path / "mime.types").write_text("types { text/html html; }")
    for there, here in {
        "/tmp/": f"{tmp_path}/",
        "/var/cache/nginx": str(tmp_path / "cache"),
        "/etc/nginx/mime.types": str(tmp_path / "mime.types"),
        "/dev/stdout": str(tmp_path / "access.log"),
        "/dev/stderr": str(tmp_path / "error.log"),
        "server web:8000": f"server 127.0.0.1:{application.server_port}",
        "listen 8080": f"listen 127.0.0.1:{port}",
        # However slow this machine is, none of those who wait is let through.
        "lock_timeout 1s;": f"lock_timeout {PATIENCE}s; proxy_cache_lock_age {PATIENCE}s;",
    }.items():
        assert there in text, there
        text = text.replace(there, here)
    (tmp_path / "nginx.conf").write_text(text)
    (tmp_path / "cache").mkdir()
    # As root it would serve as somebody who may not write in our folder.
    given = "daemon off; user root;" if os.geteuid() == 0 else "daemon off;"
    running = subprocess.Popen(
        [program(), "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf"), "-g", given]
    )
    address = f"http://127.0.0.1:{port}"

    def answers():
        log = tmp_path / "error.log"
        assert running.poll() is None, log.read_text() if log.exists() else "nginx ended at once"
        try:
            with urllib.request.urlopen(f"{address}/nginx-health", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    wait_until(answers, "nginx")
    yield address
    running.terminate()
    running.wait(PATIENCE)


def ask_at_once(address, cookie=""):
    """Twelve readers at once; what each was told of the cache."""

    def one(_):
        request = urllib.request.Request(address, headers={"Cookie": cookie} if cookie else {})
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            assert answer.read() == b"page"
            return answer.headers["X-Cache"]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(AT_ONCE)))


@pytest.mark.parametrize("address", [SIGN_IN, "/home/", "/returns/", "/sorp/versions/2.0/approve/"])
def test_nobody_waits_for_another_at_a_page_that_is_not_public(front, application, address):
    told = ask_at_once(front + address)

    assert application.most_present == AT_ONCE
    assert application.asked == [address] * AT_ONCE
    assert told == [None] * AT_ONCE


def test_of_twelve_at_once_at_a_public_page_one_asks_and_the_others_are_given_the_same(
    front, application
):
    application.awaited = 1

    told = ask_at_once(front + REPORT)

    assert application.asked == [REPORT]
    assert told.count("MISS") == 1
    assert told.count("HIT") == AT_ONCE - 1


def test_those_signed_in_wait_for_nobody_at_a_public_page_either(front, application):
    told = ask_at_once(front + REPORT, cookie="__Host-session=abc")

    assert application.most_present == AT_ONCE
    assert told == ["BYPASS"] * AT_ONCE


def test_what_the_application_does_not_call_public_is_not_kept_at_a_public_address(
    front, application
):
    application.awaited = 1
    for _ in range(2):
        with urllib.request.urlopen(f"{front}/data/", timeout=PATIENCE) as answer:
            assert answer.headers["X-Cache"] == "MISS"

    assert application.asked == ["/data/", "/data/"]


# Which addresses those are, without nginx

(PUBLIC,) = re.findall(r"location ~ (\S+) \{", CONFIGURATION)
# Public, and not the same for everyone or for long: forms, probes, and a feed for whoever has its key.
NEVER_KEPT = {
    "accounts/",
    "healthz",
    "readyz",
    "accessibility-statement/",
    "calendar/feed/",
    "partners/",
}


def example(pattern):
    """An address of this pattern."""
    return "/" + re.sub(r"<[^>]+>", "2011-Q4", pattern)


def test_every_page_for_everyone_is_kept_and_no_other():
    kept, public = set(), set()
    for pattern, view in every_view():
        if view.permission is None and not pattern.startswith(tuple(NEVER_KEPT)):
            public.add(pattern)
        if re.search(PUBLIC, example(pattern)):
            kept.add(pattern)

    assert kept == public
    assert {"", "data/", "sorp/", "performance/<quarter:quarter>/"} <= kept


def test_the_cache_is_asked_at_those_addresses_only():
    rules = re.sub(r"#.*", "", CONFIGURATION)
    public = rules[rules.index("location ~ ") :]
    public = public[: public.index("}")]

    assert "proxy_cache published;" in public
    assert "proxy_cache_lock on;" in public
    outside = rules.replace(public, "")
    assert not re.findall(r"proxy_cache(?!_path)\w*", outside)


# What is too large


def test_50_mb_are_refused_in_words_and_the_application_is_not_asked(front, application):
    host = front.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=PATIENCE)
    connection.putrequest("POST", "/set-up/scorecard/")
    connection.putheader("Content-Length", str(50 * 1024 * 1024))
    connection.endheaders()
    answer = connection.getresponse()
    page = answer.read().decode()
    connection.close()

    assert (answer.status, answer.headers["Content-Type"]) == (413, "text/html; charset=utf-8")
    assert "At most 20 MB are taken at once. Nothing was changed." in page
    assert application.asked == []
