"""Dovecot and Postfix from Debian, in a folder of their own, on loopback ports: real servers for tests."""

from __future__ import annotations

import imaplib
import os
import random
import shutil
import smtplib
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

PASSWORD = "secret"
PEOPLE = ("support@centre.example", "logistics@centre.example", "lilei@customer.example", "emma@customer.example")
DOVECOT, POSTFIX = "/usr/sbin/dovecot", "/usr/sbin/postfix"

_DOVECOT = """
base_dir = {run}
state_dir = {run}
log_path = {root}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{root}/mail/%u
auth_mechanisms = plain login {mechanisms}
{tokens}
passdb {{
  driver = passwd-file
  mechanisms = plain login
  args = scheme=PLAIN username_format=%u {root}/users
}}
userdb {{
  driver = passwd-file
  args = username_format=%u {root}/users
  default_fields = uid=nobody gid=nogroup home={root}/mail/%u
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
namespace inbox {{
  inbox = yes
}}
service auth {{
  unix_listener {root}/queue/sign-in {{
    mode = 0666
  }}
}}
"""
_TOKENS = """
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {root}/tokens.conf
}}
"""
_INTROSPECTION = """
introspection_mode = post
introspection_url = {url}
username_attribute = username
active_attribute = active
active_value = true
"""
_POSTFIX_MAIN = """
compatibility_level = 3.6
queue_directory = {root}/queue
data_directory = {root}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
myhostname = mx.centre.example
mydestination =
local_transport = error:local
virtual_mailbox_domains = centre.example, customer.example
virtual_mailbox_maps = static:all
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
default_transport = error:outside
recipient_delimiter = +
maillog_file = {root}/postfix.log
maillog_file_prefixes = {root}
smtpd_recipient_restrictions = {who_may}, reject
smtpd_sasl_auth_enable = {has_sign_in}
smtpd_sasl_type = dovecot
smtpd_sasl_path = sign-in
bounce_queue_lifetime = 1h
disable_dns_lookups = yes
"""
_POSTFIX_MASTER = """
127.0.0.1:{smtp} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True)
class MailServers:
    """Where the running servers answer."""

    root: Path
    imap_port: int
    smtp_port: int

    def send(self, content: bytes, *, sender: str, to: str) -> None:
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=10) as client:
            client.sendmail(sender, [to], content)

    def inbox_of(self, address: str) -> list[bytes]:
        """Every mail a person has, oldest first."""
        client = imaplib.IMAP4("127.0.0.1", self.imap_port, timeout=10)
        try:
            client.login(address, PASSWORD)
            client.select("INBOX", readonly=True)
            _ok, found = client.search(None, "ALL")
            return [client.fetch(number, "(RFC822)")[1][0][1] for number in found[0].split()]  # type: ignore[index]
        finally:
            client.logout()


def why_not() -> str:
    """Why the servers cannot run here; empty if they can."""
    if not Path(DOVECOT).exists() or not Path(POSTFIX).exists():
        return "Dovecot or Postfix is missing: apt install dovecot-imapd dovecot-lmtpd postfix"
    if os.geteuid() != 0:
        return "Postfix only starts for root"
    return ""


@contextmanager
def running(*, introspection_url: str = "") -> Iterator[MailServers]:
    """Both servers, until the end of the block; nothing of them stays.

    With `introspection_url` they also take access tokens and ask there whether one is good (RFC 7662); letters are then
    taken only from those who signed in.
    """
    root = Path(tempfile.mkdtemp(prefix="lingting-mail-servers-"))
    root.chmod(0o755)
    imap, lmtp, smtp = _free_ports(3)
    values: dict[str, object] = {"root": root, "run": root / "run", "imap": imap, "lmtp": lmtp, "smtp": smtp}
    values |= _taking_tokens(root, introspection_url)
    (root / "queue").mkdir()
    dovecot = _start_dovecot(root, values)
    config = root / "postfix"
    try:
        _start_postfix(root, config, values)
        _wait_for(imap, root)
        _wait_for(smtp, root)
        yield MailServers(root, imap, smtp)
    finally:
        subprocess.run([POSTFIX, "-c", str(config), "stop"], capture_output=True, check=False, timeout=20)
        dovecot.terminate()
        with suppress(subprocess.TimeoutExpired):
            dovecot.wait(timeout=10)
        shutil.rmtree(root, ignore_errors=True)


def _taking_tokens(root: Path, introspection_url: str) -> dict[str, object]:
    if not introspection_url:
        return {"mechanisms": "", "tokens": "", "who_may": "permit_mynetworks", "has_sign_in": "no"}
    (root / "tokens.conf").write_text(_INTROSPECTION.format(url=introspection_url))
    return {
        "mechanisms": "xoauth2 oauthbearer", "tokens": _TOKENS.format(root=root), "who_may": "permit_sasl_authenticated",
        "has_sign_in": "yes",
    }  # fmt: skip


def _start_dovecot(root: Path, values: dict[str, object]) -> subprocess.Popen[bytes]:
    (root / "users").write_text("".join(f"{name}:{{PLAIN}}{PASSWORD}::::::\n" for name in PEOPLE))
    mail = root / "mail"
    mail.mkdir()
    mail.chmod(0o777)
    (root / "run").mkdir()
    (root / "dovecot.conf").write_text(_DOVECOT.format(**values))
    return subprocess.Popen(
        [DOVECOT, "-F", "-c", str(root / "dovecot.conf")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def _start_postfix(root: Path, config: Path, values: dict[str, object]) -> None:
    config.mkdir()
    (config / "main.cf").write_text(_POSTFIX_MAIN.format(**values))
    (config / "master.cf").write_text(_POSTFIX_MASTER.format(**values))
    (root / "data").mkdir()
    shutil.chown(root / "data", "postfix")
    done = subprocess.run([POSTFIX, "-c", str(config), "start"], capture_output=True, text=True, check=False, timeout=30)
    if done.returncode:
        raise RuntimeError(f"Postfix did not start: {done.stderr} {_log_of(root)}")


def _free_ports(count: int) -> list[int]:
    """Ports nobody listens on; by chance, since tests in several processes look at the same moment."""
    found: list[int] = []
    for port in random.sample(range(20_000, 32_000), 200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                found.append(port)
        if len(found) == count:
            return found
    raise RuntimeError("no free ports")


def _wait_for(port: int, root: Path) -> None:
    limit = time.monotonic() + 20
    while time.monotonic() < limit:
        with socket.socket() as probe:
            if not probe.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.1)
    raise RuntimeError(f"nothing answers at {port}: {_log_of(root)}")


def _log_of(root: Path) -> str:
    return "\n".join(path.read_text()[-2000:] for path in root.glob("*.log"))
