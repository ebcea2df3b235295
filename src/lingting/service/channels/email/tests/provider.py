"""The identity provider's side of OAuth 2.0, small and real, on loopback: sign-in page, tokens, introspection."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_urlsafe
from urllib.parse import parse_qs, urlencode, urlsplit

CLIENT, SECRET = "lingting", "client secret"


@dataclass
class Provider:
    """What the provider knows: who owns which token until when, and what it was asked."""

    user: str
    url: str = ""
    lifetime_seconds: int = 3600
    replaces_refresh_tokens: bool = False
    refresh_tokens: set[str] = field(default_factory=set)
    access_tokens: dict[str, float] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    grants: list[str] = field(default_factory=list)

    def grant_refresh_token(self) -> str:
        token = token_urlsafe(24)
        self.refresh_tokens.add(token)
        return token

    def take_back(self) -> None:
        """Every access token is void from now on, whatever was promised."""
        self.access_tokens.clear()

    def sign_in(self, given: dict[str, str]) -> str:
        """Somebody allowed it: the address the browser is sent back to."""
        code = token_urlsafe(12)
        self.codes[code] = given
        return f"{given['redirect_uri']}?{urlencode({'code': code, 'state': given['state']})}"

    def token(self, given: dict[str, str]) -> tuple[int, dict[str, object]]:
        self.grants.append(given.get("grant_type", ""))
        if (given.get("client_id"), given.get("client_secret")) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client", "error_description": "wrong client secret"}
        if given["grant_type"] == "authorization_code":
            asked = self.codes.pop(given["code"], None)
            proof = base64.urlsafe_b64encode(sha256(given["code_verifier"].encode()).digest()).rstrip(b"=").decode()
            if asked is None or asked["code_challenge"] != proof or asked["redirect_uri"] != given["redirect_uri"]:
                return 400, {"error": "invalid_grant"}
            return 200, self._fresh() | {"refresh_token": self.grant_refresh_token()}
        if given.get("refresh_token") not in self.refresh_tokens:
            return 400, {"error": "invalid_grant", "error_description": "the permission was taken back"}
        if not self.replaces_refresh_tokens:
            return 200, self._fresh()
        self.refresh_tokens.discard(given["refresh_token"])
        return 200, self._fresh() | {"refresh_token": self.grant_refresh_token()}

    def introspect(self, given: dict[str, str]) -> dict[str, object]:
        is_good = self.access_tokens.get(given.get("token", ""), 0) > time.time()
        return {"active": "true", "username": self.user} if is_good else {"active": "false"}

    def _fresh(self) -> dict[str, object]:
        token = token_urlsafe(24)
        self.access_tokens[token] = time.time() + self.lifetime_seconds
        return {"access_token": token, "token_type": "Bearer", "expires_in": self.lifetime_seconds}


@contextmanager
def provider_of(user: str) -> Iterator[Provider]:
    """A provider that knows one user, until the end of the block."""
    provider = Provider(user)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            split = urlsplit(self.path)
            self.send_response(302)
            self.send_header("Location", provider.sign_in({name: values[0] for name, values in parse_qs(split.query).items()}))
            self.end_headers()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            given = {name: values[0] for name, values in parse_qs(body).items()}
            status, answer = provider.token(given) if self.path == "/token" else (200, provider.introspect(given))
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *words: object) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield provider
    server.shutdown()
    server.server_close()
