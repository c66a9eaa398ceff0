"""The service's own processes, started by the commands of deploy/processes as they stand there."""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import urllib.parse
import urllib.request
from pathlib import Path

from tests.services import PATIENCE, wait_until

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "correct horse battery"


def commands() -> dict[str, str]:
    lines = (ROOT / "deploy" / "processes").read_text().splitlines()
    return dict(line.split(": ", 1) for line in lines if line and not line.startswith("#"))


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


class Service:
    """One running service: its environment, its processes, and a way in."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        self.environment = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(folder),
            "DEBUG": "no",
            "SECRET_KEY": "for-tests-only-and-long-enough-to-be-let-in",
            "ALLOWED_HOSTS": "127.0.0.1",
            "SECURE_COOKIES": "no",  # plain HTTP, on this machine
            "BIND": f"127.0.0.1:{self.port}",
            "GRACEFUL_SECONDS": "5",
            "MEDIA_ROOT": str(folder / "media"),
            "BEAT_SCHEDULE_FILE": str(folder / "beat-schedule"),
            # Post that goes somewhere: what goes to the log alone is called sent by nobody.
            "EMAIL_URL": f"filemail:///{folder}/post",
            "CLOSE_UNDO_MINUTES": "0",  # what a close owes is waited for here, and not for an hour
            "LOG_LEVEL": "INFO",
            **environment,
        }
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def run(self, *command: str) -> str:
        """Run a command to its end, and give what it printed. Fails where it fails."""
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}: {done.stdout}\n{done.stderr}"
        return done.stdout

    def run_process(self, name: str) -> str:
        return self.run(*shlex.split(commands()[name]))

    def start(self, name: str, command: str = "", **also: str) -> None:
        """A process of its own group, so that it can be killed with all that it started."""
        with self.log(name).open("ab") as log:
            self.running[name] = subprocess.Popen(
                shlex.split(command or commands()[name]),
                cwd=ROOT,
                env={**self.environment, **also},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """As when the power goes: no goodbye, and nothing put in order."""
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(PATIENCE)

    def stop(self) -> None:
        for process in self.running.values():
            process.terminate()
        for name, process in list(self.running.items()):
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill(name)
        self.running.clear()

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def post(self) -> str:
        """Every e-mail that was sent, one after the other."""
        return "\n".join(path.read_text() for path in sorted((self.folder / "post").glob("*")))

    def logs(self) -> str:
        return "\n".join(
            f"== {path.name}\n{path.read_text()}" for path in self.folder.glob("*.log")
        )

    def wait_ready(self) -> None:
        def ready() -> bool:
            for name, process in self.running.items():
                assert process.poll() is None, f"{name} ended: {self.log(name).read_text()}"
            try:
                with urllib.request.urlopen(f"{self.address}/readyz", timeout=5) as answer:
                    return json.load(answer)["ready"]
            except OSError:  # not listening yet, not ready (503), or too slow this time
                return False

        wait_until(ready, "/readyz")

    def is_healthy(self, name: str, **also: str) -> bool:
        done = subprocess.run(
            [sys.executable, "deploy/healthy.py", name],
            cwd=ROOT,
            env={**self.environment, **also},
            capture_output=True,
            check=False,
        )
        return done.returncode == 0


class Browser:
    """Someone at the service's pages, with cookies, and the forms' tokens sent back."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def get(self, path: str) -> str:
        with self.opener.open(self.service.address + path, timeout=PATIENCE) as answer:
            return answer.read().decode()

    def post(self, path: str, page: str, **fields: str) -> str:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token, f"no form on the page before {path}"
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1], **fields}).encode()
        with self.opener.open(self.service.address + path, body, timeout=PATIENCE) as answer:
            return answer.read().decode()

    def sign_in(self, email: str) -> None:
        page = self.get("/accounts/sign-in/")
        self.post("/accounts/sign-in/", page, login=email, password=PASSWORD)
        assert any(cookie.name == "session" for cookie in self.jar), "the sign-in was refused"
