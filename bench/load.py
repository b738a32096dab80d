"""Loading a page for a moment: with `wrk` when it is installed, else with a small generator of our own.

Ours is a process of its own (`python -m bench.load`, a JSON request on standard input), raw sockets kept alive on
uvloop. It is slower than wrk: what it cannot follow shows as a ratio nearer to 1, never as a better one of ours.
"""

import asyncio
import json
import re
import shutil
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import cast

import uvloop

MOST_SECONDS = 5.0


@dataclass
class Load:
    """What to ask for: `vary` makes each request's address one that was never asked before."""

    port: int
    path: str
    clients: int = 16
    seconds: float = 0.6
    cookie: str = ""
    vary: bool = False


@dataclass
class Result:
    """What came back: answers a second, and the slowest hundredth in milliseconds."""

    rate: float
    p99_ms: float
    errors: int = 0
    answers: int = 0
    spent: list[float] = field(default_factory=list, repr=False)


def generator() -> str:
    """Which generator this machine has."""
    return "wrk" if shutil.which("wrk") else "our own generator (wrk is not installed)"


def run(load: Load) -> Result:
    """Load a page on 127.0.0.1; bounded in time and in clients."""
    load.seconds = min(load.seconds, MOST_SECONDS)
    if shutil.which("wrk") and not load.vary:
        return _wrk(load)
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"], input=json.dumps(asdict(load)), text=True, capture_output=True,
        check=True, timeout=load.seconds + 30,
    )  # fmt: skip
    return Result(**json.loads(done.stdout))


def _wrk(load: Load) -> Result:
    address = f"http://127.0.0.1:{load.port}{load.path}"
    cookie = ["-H", f"Cookie: {load.cookie}"] if load.cookie else []
    options = ["-t1", f"-c{load.clients}", f"-d{max(1, round(load.seconds))}s", "--latency", *cookie]
    said = subprocess.run(["wrk", *options, address], text=True, capture_output=True, check=True, timeout=60).stdout
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", said).groups()  # type: ignore[union-attr]
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])  # type: ignore[index]
    errors = int((re.search(r"Non-2xx or 3xx responses: (\d+)", said) or [0, 0])[1])
    answers = int(re.search(r"(\d+) requests in", said)[1])  # type: ignore[index]
    return Result(rate, float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit], errors, answers)


class Client(asyncio.Protocol):
    """One connection that asks again as soon as it is answered."""

    counter = 0

    def __init__(self, load: Load, result: Result, end: float) -> None:
        self.load, self.result, self.end = load, result, end
        self.missing = 0
        self.head = b""
        self.sent_at = 0.0
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's own class
        self._ask()

    def data_received(self, data: bytes) -> None:
        if not self.missing:
            self.head += data
            head, found, body = self.head.partition(b"\r\n\r\n")
            if not found:
                return
            self.head = b""
            lower = head.lower()
            at = lower.index(b"content-length:") + 15
            self.missing = int(lower[at : lower.find(b"\r\n", at) if b"\r\n" in lower[at:] else None])
            self.result.errors += not head.startswith(b"HTTP/1.1 200")
            data = body
        self.missing -= len(data)
        if self.missing == 0:
            self._answered()

    def _answered(self) -> None:
        now = time.perf_counter()
        self.result.spent.append(now - self.sent_at)
        if now < self.end:
            self._ask()
        elif self.transport:
            self.transport.close()

    def _ask(self) -> None:
        assert self.transport
        path = self.load.path
        if self.load.vary:
            Client.counter += 1
            path += f"{'&' if '?' in path else '?'}n={self.end:.6f}-{Client.counter}"
        cookie = f"cookie: {self.load.cookie}\r\n" if self.load.cookie else ""
        self.sent_at = time.perf_counter()
        self.transport.write(f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{self.load.port}\r\n{cookie}\r\n".encode())


async def measure(load: Load) -> Result:
    """Ask for `seconds` with `clients` connections."""
    loop = asyncio.get_running_loop()
    result = Result(0, 0)
    start = time.perf_counter()
    clients = [
        await loop.create_connection(lambda: Client(load, result, start + load.seconds), "127.0.0.1", load.port)
        for _ in range(load.clients)
    ]
    while time.perf_counter() < start + load.seconds or any(not transport.is_closing() for transport, _ in clients):
        await asyncio.sleep(0.002)
        if time.perf_counter() > start + load.seconds + 10:
            break
    if not result.spent:
        raise SystemExit(f"Nobody answered at {load.path}.")
    spent = sorted(result.spent)
    rate = len(spent) / (time.perf_counter() - start)
    return Result(rate, spent[int(len(spent) * 0.99)] * 1000, result.errors, len(spent))


if __name__ == "__main__":
    print(json.dumps(asdict(uvloop.run(measure(Load(**json.load(sys.stdin)))))))
