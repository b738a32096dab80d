"""Talking about a decision, an initiative, a need, a committee: threads of comments (PRODUCT S7).

A `Thread` belongs to one subject (kind and id); whatever is talked about comes through the slot `discussed`, so that
this slice knows no decision and no committee. A `Comment` is written by a signed-in person; replies are one level deep
and quote. A question is answered *officially* by who runs the subject. Who takes part follows, and reads by mail what
is new, once in twelve hours at most. It never writes to anybody who does not follow, nor deletes a reply with what it
replies to.
"""
