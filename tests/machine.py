"""`python -m tests.machine`: what the tests need of a machine, found, installed or asked for in a sentence.

PostgreSQL comes from TEST_POSTGRES_URL, the machine or a wheel of the development requirements; Chromium
from the machine; either from its Debian package when this runs as root. Prints what the tests will run on.
"""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

from tests.postgres import NoPostgres, find_binaries

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
OLDEST_SQLITE = (3, 35, 0)
INSTALL_SECONDS = 600


class NotReady(Exception):
    """The machine lacks something; the message says which command installs it."""


def chromium() -> str:
    """The path of a Chromium: CHROMIUM, else one on the PATH. Raises NotReady with what to install."""
    given = os.environ.get("CHROMIUM", "")
    if given and not shutil.which(given):
        raise NotReady(f"CHROMIUM is set to {given}, which is not a program.")
    found = next(filter(None, map(shutil.which, filter(None, [given, *CHROMIUM_NAMES]))), "")
    if not found:
        raise NotReady(
            "The browser tests need Chromium. Run “apt-get install chromium”, or set CHROMIUM to one."
        )
    return found


def postgres() -> str:
    """Which PostgreSQL the tests will use, in words. Raises NotReady with what to install."""
    if os.environ.get("TEST_POSTGRES_URL"):
        return "the server of TEST_POSTGRES_URL"
    try:
        binary = find_binaries() / "postgres"
    except NoPostgres as error:
        raise NotReady(str(error)) from error
    done = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False)
    return f"{done.stdout.strip()} ({binary.parent})"


def check_sqlite() -> str:
    """The version of SQLite. Raises NotReady when it is too old for RETURNING."""
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        oldest = ".".join(map(str, OLDEST_SQLITE))
        raise NotReady(f"This Python brings SQLite {sqlite3.sqlite_version}; Civic needs {oldest} or later.")
    return f"SQLite {sqlite3.sqlite_version}"


def can_install() -> bool:
    """Whether Debian packages may be installed: as root, with apt-get."""
    return os.geteuid() == 0 and bool(shutil.which("apt-get"))


def install(package: str) -> None:
    """Install a Debian package; raises NotReady with the end of apt-get's complaint."""
    print(f"Installing {package} …", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", package]):
        done = subprocess.run(
            command, capture_output=True, text=True, env=environment, timeout=INSTALL_SECONDS, check=False
        )
    if done.returncode:
        raise NotReady(f"“apt-get install {package}” failed: {done.stderr.strip()[-400:]}")


def ready_chromium() -> str:
    """Chromium's version, installed first if need be and allowed."""
    try:
        program = chromium()
    except NotReady:
        if os.environ.get("CHROMIUM") or not can_install():
            raise
        install("chromium")
        program = chromium()
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    return f"{done.stdout.strip() or Path(program).name} ({program})"


def ready_postgres() -> str:
    """Which PostgreSQL the tests will use, installed first if need be and allowed."""
    try:
        return postgres()
    except NotReady:
        if not can_install():
            raise
        install("postgresql")
        return postgres()


def main() -> int:
    """Print what the tests run on; 1 with a sentence for each thing that is missing."""
    print(f"The tests run on Python {platform.python_version()}, {os.cpu_count()} cores, with:")
    missing = 0
    for look in (check_sqlite, ready_postgres, ready_chromium):
        try:
            print(f"  {look()}")
        except NotReady as problem:
            print(f"  MISSING: {problem}", file=sys.stderr)
            missing = 1
    return missing


if __name__ == "__main__":
    sys.exit(main())
