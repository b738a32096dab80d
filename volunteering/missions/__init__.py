"""Missions: the work an initiative asks for, where, for whom, and how hard it is (PRODUCT V1).

A `Mission` is a draft until its lead opens it, then open, then closed; an open one may be closed and opened again.
Its coming places (`coming_capacity`, `coming_taken`, the next and the last start) are kept here by the shifts above, so
that lists read one row a mission. It never knows who comes: that is the sign-ups' business.
"""
