"""Starting and stopping the two servers, as processes of their own."""

import contextlib
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from civic.settings import ROOT
from tests.postgres import die_with_parent, free_port

START_SECONDS = 60


@dataclass
class Server:
    """A running server: its port, its process, how long it took to its first answer."""

    port: int
    process: subprocess.Popen[bytes]
    cold_seconds: float = 0

    @property
    def cpu_seconds(self) -> float:
        """CPU time the process has spent so far."""
        numbers = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(numbers[11]) + int(numbers[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def memory_mb(self) -> float:
        """What the process keeps in memory now (resident)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024


@contextlib.contextmanager
def ours(url: str, data: Path) -> Iterator[Server]:
    """`civic serve` in production's settings, without its worker: jobs are another story."""
    settings = {
        "CIVIC_ENV": "production", "CIVIC_SECRET_KEY": "b" * 40, "CIVIC_DATABASE_URL": url, "DATA": str(data),
        "CIVIC_WORKER": "false",
    }  # fmt: skip
    with _started([sys.executable, "manage.py", "serve"], settings, "/healthz") as server:
        yield server


@contextlib.contextmanager
def bare(data: Path) -> Iterator[Server]:
    """The bare framework with the same flags."""
    with _started([sys.executable, "-m", "bench.bare"], {"DATA": str(data)}, "/1000") as server:
        yield server


@contextlib.contextmanager
def _started(command: list[str], settings: dict[str, str], path: str) -> Iterator[Server]:
    port = free_port()
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment |= {"PORT": str(port), "CIVIC_BASE_URL": "https://bench.example.org", **settings}
    start = time.monotonic()
    process = subprocess.Popen(
        command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, preexec_fn=die_with_parent
    )
    server = Server(port, process)
    try:
        while not _answers(f"http://127.0.0.1:{port}{path}"):
            if process.poll() is not None or time.monotonic() > start + START_SECONDS:
                raise SystemExit(f"{' '.join(command)} did not start.")
            time.sleep(0.02)
        server.cold_seconds = time.monotonic() - start
        yield server
    finally:
        process.terminate()
        process.wait(20)


def _answers(address: str) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5) as answer:
        return bool(answer.status == 200)
    return False


def fetch(server: Server, path: str, cookie: str = "") -> bytes:
    """A page once; whatever is not 200 ends the bench."""
    headers = {"cookie": cookie} if cookie else {}
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}{path}", headers=headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        content: bytes = answer.read()
    return content
