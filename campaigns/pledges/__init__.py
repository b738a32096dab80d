"""Pledges: a person promises money to a live campaign (PRODUCT C2, docs/money.md).

Words: a *backer* promises; the promise is *created* when she has checked it, *confirmed* once her card or mandate is
saved (the gateway's moment counts), then cancelled by her, released, or charged at the deadline. A reward is *held*
from the creation on. The flow has three steps (Mon don, Moi, Je vérifie) and needs no account.
It never speaks to the gateway: `payments`, above, opens the hosted page and confirms what came of it.
"""
