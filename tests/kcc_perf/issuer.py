"""A sign-in service on loopback that says what it is told to say: the truth, or a forgery."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

KEY_NAME = "the key of this year"


class Issuer:
    """Signs tokens with a key of its own, which it publishes."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.calls_itself: str | None = None
        self.answers: dict[str, Any] = {}
        self.asked: list[dict[str, str]] = []
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._say(issuer.document(urlsplit(self.path).path))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                issuer.asked.append({name: value[0] for name, value in parse_qs(body).items()})
                self._say(issuer.answers)

            def _say(self, told: Any) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(told).encode())

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def document(self, path: str) -> dict[str, Any]:
        if path == "/keys":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
            return {"keys": [{**public, "kid": KEY_NAME, "alg": "RS256", "use": "sig"}]}
        return {
            "issuer": self.calls_itself or self.address,
            "authorization_endpoint": f"{self.address}/authorise",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
        }

    def claims(self, nonce: str, **different: Any) -> dict[str, Any]:
        """What an honest token says; None takes a claim away."""
        now = int(time.time())
        said = {
            "iss": self.address,
            "sub": "subject-1",
            "aud": "our-client",
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            "name": "Amina Cole",
            "email": "amina.cole@council.example",
        }
        return {name: value for name, value in (said | different).items() if value is not None}

    def token(self, claims: dict[str, Any], key: Any = None, algorithm: str = "RS256") -> str:
        return jwt.encode(
            claims, key if key is not None else self.key, algorithm, headers={"kid": KEY_NAME}
        )
