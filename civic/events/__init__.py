"""Public gatherings of initiatives and organisations (PRODUCT N2): what, when, where, and who says she comes.

An `Event` has a moment and a place; an `Answer` is one person who comes. It never counts hours and never decides
anything: missions and meetings do.
"""
