"""A mail process that is started again whenever it is killed: `python reborn.py LMTP_PORT PID_FILE`.

The code is loaded once; each life is a fork, so that a hundred deaths do not cost a hundred starts.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lingting.config.settings")
    import django

    django.setup()
    from lingting.service.channels.email.lmtp import Listener
    from lingting.service.channels.email.process import run_mail

    port, pid_file = int(sys.argv[1]), Path(sys.argv[2])
    stopping: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: stopping.append(number))
    while not stopping:
        child = os.fork()
        if child == 0:
            _live(run_mail, Listener("127.0.0.1", port, is_lmtp=True))
        pid_file.with_suffix(".new").write_text(str(child))
        pid_file.with_suffix(".new").replace(pid_file)
        while not stopping:
            if os.waitpid(child, os.WNOHANG)[0]:
                break
            time.sleep(0.02)
        else:
            os.kill(child, signal.SIGTERM)
            os.waitpid(child, 0)


def _live(run: Callable[..., None], listener: object) -> None:
    """One life, until SIGTERM."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda number, frame: stop.set())
    run(stop_event=stop, listeners=[listener])
    os._exit(0)


if __name__ == "__main__":
    main()
