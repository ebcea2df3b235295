"""The `lingting` command: one word per process or task."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext

from lingting.platform.refusals import Refusal
from lingting.platform.terminal import gettext as _


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; an expected failure is one sentence on standard error and exit code 1."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lingting.config.settings")
    given = _parser().parse_args(arguments)
    try:
        return int(given.run(given) or 0)
    except Refusal as refusal:
        print(f"lingting: {refusal}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Whoever read us has enough (`lingting doctor | head`).
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lingting", description=_("Lingting 聆听: a customer service centre."))
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, run: Callable[[argparse.Namespace], int | None], text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        return command

    up = add("up", _up, _("Run everything on one port, with an embedded PostgreSQL unless DATABASE_URL is set."))
    _listen(up)
    for name, text in (("web", _("Serve pages and the API (granian).")), ("stream", _("Serve the live hub."))):
        _listen(add(name, _server(name), text))
    add("worker", _server("worker"), _("Do background jobs."))
    add("router", _server("router"), _("Hand out waiting work; run two, one leads."))
    add("mail", _server("mail"), _("Fetch, take in, read and send e-mail."))
    add("migrate", _migrate, _("Bring the database to this version's tables."))
    admin = add("createadmin", _createadmin, _("Make an administrator."))
    admin.add_argument("login")
    admin.add_argument("--name", default="", help=_("name shown to colleagues"))
    admin.add_argument("--password", default="", help=_("asked for when not given"))
    demo = add("demo", _demo, _("Make the demo centre; --live lets customers and agents talk; --remove takes it away."))
    demo.add_argument("--remove", action="store_true")
    demo.add_argument("--live", action="store_true")
    demo.add_argument("--rate", type=float, default=6.0, help=_("with --live: new customers a minute"))
    demo.add_argument("--pace", type=float, default=2.0, help=_("with --live: how much faster than people they talk"))
    demo.add_argument("--all", action="store_true", dest="everyone", help=_("with --live: the newcomer linxiao works too"))
    demo.add_argument("--days", type=int, default=60, help=_("days of history"))
    demo.add_argument("--seed", type=int, default=20261121)
    demo.add_argument("--url", default="http://127.0.0.1:8000", help=_("with --live: where Lingting answers"))
    add("doctor", _doctor, _("Check database, ports, clock, storage and mail, and say what to do."))
    messages = add("messages", _messages, _("Compile the translations; --check fails on what is missing."))
    messages.add_argument("--check", action="store_true")
    messages.add_argument("--extract", metavar="APP", help=_("list this app's untranslated strings as .po entries"))
    manage = add("manage", _manage, _("Django's own management commands."))
    manage.add_argument("rest", nargs=argparse.REMAINDER)
    return parser


def _listen(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
    parser.add_argument("--port", type=_port, default=os.environ.get("PORT") or "8000")


def _port(text: str) -> int:
    """A number; whether it is a port is asked where it is used."""
    if not text.strip().isdecimal():
        words = _("“%(text)s” is not a port: choose one from 1024 to 32767, for example PORT=8010.")
        raise argparse.ArgumentTypeError(words % {"text": text})
    return int(text)


def _up(given: argparse.Namespace) -> int:
    from lingting.config.up import run_everything

    return run_everything(host=given.host, port=given.port)


def _server(name: str) -> Callable[[argparse.Namespace], int]:
    def run(given: argparse.Namespace) -> int:
        import django

        django.setup()
        from lingting.config import servers

        getattr(servers, f"run_{name}")(host=getattr(given, "host", ""), port=getattr(given, "port", 0))
        return 0

    return run


def _migrate(given: argparse.Namespace) -> None:
    _django("migrate")


def _manage(given: argparse.Namespace) -> None:
    _django(*given.rest)


def _django(*arguments: str) -> None:
    from django.core.management import execute_from_command_line

    with _database():
        execute_from_command_line(["lingting", *arguments])


@contextmanager
def _database() -> Iterator[None]:
    """`DATABASE_URL`, the running `lingting up`, or the embedded server kept for this command alone."""
    url = os.environ.get("DATABASE_URL")
    if url:
        from lingting.config.readiness import require_database
        from lingting.platform.database.external import check_url

        check_url(url)
        require_database(url)
        yield
        return
    from lingting.config.environment import home
    from lingting.platform.database.server import EmbeddedServer

    with EmbeddedServer(home()).available(lambda sentence: print(sentence, file=sys.stderr)) as address:
        os.environ["DATABASE_URL"] = address.url
        yield


def _createadmin(given: argparse.Namespace) -> None:
    import getpass

    with _database():
        import django

        django.setup()
        from django.utils import timezone

        from lingting.config.foundation import lay_foundation
        from lingting.kernel.accounts.services import create_administrator

        lay_foundation()
        password = given.password or getpass.getpass(_("Password: "))
        account = create_administrator(
            given.login, display_name=given.name or given.login, password=password, now=timezone.now()
        )
        print(_("%(login)s may now sign in as administrator.") % {"login": account.login})


def _demo(given: argparse.Namespace) -> None:
    # Traffic needs no database of its own: it talks to a running centre, wherever that is.
    with nullcontext() if given.live else _database():
        import django

        django.setup()
        from lingting.config.foundation import lay_foundation
        from lingting.demo import centre

        if not given.live and not given.remove:
            lay_foundation()
        centre.run_command(
            remove=given.remove, live=given.live, rate=given.rate, days=given.days, seed=given.seed, url=given.url,
            pace=given.pace, everyone=given.everyone,
        )  # fmt: skip
        if given.remove:
            lay_foundation()


def _doctor(given: argparse.Namespace) -> int:
    from lingting.config.doctor import examine

    return examine()


def _messages(given: argparse.Namespace) -> int:
    from lingting.config import messages

    if given.extract:
        return messages.show_missing(given.extract)
    compiled = messages.compile_all()
    if given.check:
        return messages.check_complete()
    print(f"{compiled} catalogues compiled.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
