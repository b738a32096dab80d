"""The payment sandbox as a process of its own, without webhooks: what the workers of `bench.settling` speak to."""

import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from campaigns.sandbox import create_sandbox


def main(file: str, port: int) -> None:
    """Serve the sandbox of one file on 127.0.0.1."""
    public = f"http://127.0.0.1:{port}/_stripe"
    sandbox = create_sandbox(Path(file), public_url=public, webhook_url="", webhook_secret="bench")
    uvicorn.run(Starlette(routes=[Mount("/_stripe", sandbox)]), host="127.0.0.1", port=port, log_level="critical")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
