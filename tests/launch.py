"""`python -m tests.launch serve|worker`: the `civic` command, its payments at the sandbox of TEST_SANDBOX when set.

A site and its sandbox share one origin otherwise, and Chromium would not check where a form's redirects end.
"""

import os
from contextlib import suppress

from manage import main

with suppress(ImportError):  # campaigns may be absent
    from campaigns.payments import gateway

    if os.environ.get("TEST_SANDBOX"):
        gateway.answer_at(os.environ["TEST_SANDBOX"])

main()
