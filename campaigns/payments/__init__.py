"""Speaking with the payment gateway (Stripe, or the sandbox that stands in for it).

`gateway` is what the others ask: small typed results (`answers`), an explicit idempotency key on every POST; `client`
speaks HTTP, `trouble` names what may go wrong; no other module imports the SDK. `attempts` keeps one row per try to
charge, written before the call and after it (docs/money.md, « Writing to Stripe »). `inbox` receives the webhooks, once
per event, and a job handles them by fetching the object anew.
`till` says whose account a call is about, `accounts` what Stripe says of connected ones (docs/decisions/0016).
It never decides whom to charge (settlement does) and never makes a network call inside a transaction.
"""
