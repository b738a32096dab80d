"""Calendars that follow what is planned: one's own sign-ups by a secret address, a mission's by a public one.

Words: a feed is read again and again by a calendar program; its secret is revoked by making another. One place keeps
one UID for ever, each change a higher SEQUENCE, what is called off STATUS:CANCELLED (RFC 5545, PRODUCT V4). No feed
ever names another person.
"""
