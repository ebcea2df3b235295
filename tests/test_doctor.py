"""What the doctor says, and in whose language."""

from __future__ import annotations

import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from lingting.platform import terminal


def doctor(home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "PORT", "HOST"}}
    return subprocess.run(
        [sys.executable, "-m", "lingting.config.command", "doctor"], capture_output=True, text=True, timeout=120,
        env={**clean, "LINGTING_HOME": str(home), "PORT": "18999", "PYTHONUTF8": "1", **environment},
    )  # fmt: skip


def test_before_the_first_start_every_line_is_in_the_terminals_language(tmp_path: Path) -> None:
    chinese = doctor(tmp_path, LC_ALL="zh_CN.UTF-8")
    assert chinese.returncode == 0, chinese.stdout
    lines = [line for line in chinese.stdout.splitlines() if line]
    assert lines[-1] == "一切正常。" and all(line.startswith("正常 ") for line in lines[:-1])
    english = doctor(tmp_path, LC_ALL="C", LANG="zh_CN.UTF-8")
    assert "Everything is well." in english.stdout and not any("\u4e00" <= sign <= "\u9fff" for sign in english.stdout)


def test_a_finding_comes_with_what_to_do_and_a_code(tmp_path: Path) -> None:
    found = doctor(tmp_path, LC_ALL="zh_CN.UTF-8", DATABASE_URL="postgresql://x:secret@127.0.0.1:1/none")
    assert found.returncode == 1 and "secret" not in found.stdout
    assert "异常 数据库：" in found.stdout and "→ 请启动数据库，或更正 DATABASE_URL。" in found.stdout
    assert found.stdout.rstrip().endswith("有 1 项需要处理。")


@pytest.mark.parametrize(
    ("named", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh-hans"),
        ({"LANG": "zh_CN.GBK", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, "zh-hans"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({}, "en"),
    ],
)
def test_the_locale_says_which_language(monkeypatch: pytest.MonkeyPatch, named: dict[str, str], language: str) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in named.items():
        monkeypatch.setenv(name, value)
    assert terminal.terminal_language() == language
    assert terminal.gettext("a sentence nobody translated") == "a sentence nobody translated"


def test_columns_line_up_where_signs_are_wide() -> None:
    assert terminal.wide("帮助", columns=6) == "帮助  " and terminal.wide("help", columns=6) == "help  "


def test_files_are_tried_by_storing_a_few_bytes(tmp_path: Path, settings: object) -> None:
    from lingting.config.doctor import _files

    settings.FILES_ROOT = tmp_path / "files"  # type: ignore[attr-defined]
    assert _files().is_ok and not [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    settings.FILES_ROOT = Path("/proc/nowhere")  # type: ignore[attr-defined]
    assert not _files().is_ok


def test_a_port_that_lingting_itself_holds_is_no_finding(tmp_path: Path) -> None:
    class Answer(BaseHTTPRequestHandler):
        words = b'{"status": "ok"}'

        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(self.words)

        def log_message(self, format: str, *args: object) -> None:
            """Nobody listens."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        port = str(server.server_port)
        assert doctor(tmp_path, LC_ALL="C", PORT=port).returncode == 0
        Answer.words = b"hello"
        found = doctor(tmp_path, LC_ALL="C", PORT=port)
        assert found.returncode == 1 and "BAD  Port" in found.stdout
    finally:
        server.shutdown()
        server.server_close()


def test_whoever_reads_the_first_line_only_gets_no_traceback(tmp_path: Path) -> None:
    command = f"{sys.executable} -m lingting.config.command doctor | head -n 1"
    answer = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, "LINGTING_HOME": str(tmp_path), "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert "Traceback" not in answer.stderr
