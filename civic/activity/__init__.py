"""What happened, for feeds: kind, ids and parameters, never sentences or names.

A row is written in the transaction of the act; a template says it in today's language and by today's consent.
"""
