"""A whole site on one port against the test database, in a process that tests may kill; and a host page elsewhere."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_RUN = (
    "import sys, django; django.setup();"
    "from lingting.config.servers import run_one_port; run_one_port(host='127.0.0.1', port=int(sys.argv[1]))"
)
START_LIMIT_SECONDS = 40.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Site:
    """Pages, API and hub behind one address."""

    environment: dict[str, str]
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.process = subprocess.Popen([sys.executable, "-c", _RUN, str(self.port)], env=os.environ | self.environment)
        end = time.monotonic() + START_LIMIT_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("the site did not start")
            time.sleep(0.1)

    def stop(self, *, at_once: bool = False) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL if at_once else signal.SIGTERM)
            self.process.wait(20)

    def _answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/live/health")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


class HostSite:
    """A page of somebody else's site on another origin, with a policy as strict as the chat allows."""

    def __init__(self, chat_url: str, *, widget: str) -> None:
        page = (
            f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            f'<title>Host</title><h1>A host page</h1><script src="{chat_url}/chat/widget.js" data-widget="{widget}" async></script>'
        ).encode()
        policy = (
            f"default-src 'none'; script-src {chat_url}; connect-src {chat_url}; img-src {chat_url}; base-uri 'none'; "
            "form-action 'none'; require-trusted-types-for 'script'"
        )

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200 if self.path == "/" else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Security-Policy", policy)
                self.end_headers()
                self.wfile.write(page if self.path == "/" else b"")

            def log_message(self, *args: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://localhost:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
