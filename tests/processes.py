"""The program in processes of its own, each forked from one that has imported it.

Importing the program takes two seconds of processor time, and the tests start hundreds of processes. What is forked
is a process like any other, with its own memory, connections and end; tests/hosting starts the program from nothing.
"""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import app  # noqa: F401  each process finds it imported
from civic.settings import ROOT
from civic.web import templating
from manage import main
from tests.postgres import die_with_parent

TICK_SECONDS = 0.02
FORKED = multiprocessing.get_context("forkserver")
FORKED.set_forkserver_preload([__name__])
templating.environment()  # each process finds the macros of all pages compiled


class Process:
    """A running function of the program; what it writes goes to `log`, its errors to `errors` when that is apart."""

    def __init__(
        self, work: Callable[..., object], *arguments: object, environment: Mapping[str, str],
        log: Path | None = None, errors: Path | None = None,
    ) -> None:
        self.log, self.errors = log, errors
        self._process = FORKED.Process(target=_run, args=(work, arguments, dict(environment), log, errors or log))
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """Its exit status, minus the signal that killed it, or None while it runs."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """The same, as subprocess says it."""
        return self.returncode

    def wait(self, seconds: float | None = None) -> int:
        """Its exit status; raises TimeoutExpired when it still runs after so many seconds."""
        self._process.join(seconds)
        if self.returncode is None:
            raise subprocess.TimeoutExpired("the program", seconds or 0)
        return self.returncode

    async def communicate(self) -> tuple[bytes, bytes]:
        """Wait for its end; what it wrote, and its errors."""
        while self.returncode is None:  # noqa: ASYNC110  the end of a forked process is no event of the loop
            await asyncio.sleep(TICK_SECONDS)
        return tuple(file.read_bytes() if file else b"" for file in (self.log, self.errors))  # type: ignore[return-value]

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it without asking."""
        self.send_signal(signal.SIGKILL)


def civic(*words: str) -> None:
    """The `civic` command, its payments at the sandbox of TEST_SANDBOX when set.

    A site and its sandbox share one origin otherwise, and Chromium would not check where a form's redirects end.
    """
    with suppress(ImportError):  # campaigns may be absent
        from campaigns.payments import gateway

        if os.environ.get("TEST_SANDBOX"):
            gateway.answer_at(os.environ["TEST_SANDBOX"])
    sys.argv = ["civic", *words]
    main()


def _run(
    work: Callable[..., object], arguments: tuple[object, ...], environment: dict[str, str],
    log: Path | None, errors: Path | None,
) -> None:
    """In the new process: its environment, folder and files, then the work."""
    die_with_parent()
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.chdir(ROOT)
    for stream, file in ((sys.stdout, log), (sys.stderr, errors)):
        if file:
            with file.open("ab") as opened:
                os.dup2(opened.fileno(), stream.fileno())
        stream.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    warnings.simplefilter("error", ResourceWarning)
    try:
        work(*arguments)
    finally:
        gc.collect()  # what was left open is told now
