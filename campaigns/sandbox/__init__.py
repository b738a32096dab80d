"""The sandbox: our stand-in for api.stripe.com, its pages and webhooks included, for laptop, demo and tests.

Mount it and point the SDK at it; it imports nothing of ours and nothing of ours but app.py imports it:

    sandbox = create_sandbox(path, webhook_url="http://localhost:8000/webhooks/stripe", webhook_secret=secret,
                             public_url="http://localhost:8000/_stripe")
    Mount("/_stripe", sandbox)                         # `await sandbox.state.close()` when stopping
    stripe.StripeClient("sk_test_…", base_addresses={"api": "http://localhost:8000/_stripe"}, …)

Control it by `sandbox.state.control` or POST /_control/<verb> (control.py): faults, webhook switches, SEPA
settlement, disputes, failed refunds, clock, dump, reset. It never keeps a real card number or IBAN.
"""

from campaigns.sandbox.app import create_sandbox

__all__ = ["create_sandbox"]
