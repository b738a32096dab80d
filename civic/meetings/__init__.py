"""Meetings of a committee, from the search for a date to the signed minutes (PRODUCT S3).

A `Meeting` looks for a date, is convened (whoever sits is expected: `Attendance`), runs, and is closed with its
minutes. Its agenda is a list of `Item`s with a length; each holds its own minutes, written while it runs and kept in
versions, so that two writers never lose a word. Decisions stay with `decisions`: an item only points at one. The
expected ones answer (present, remote, excused, proxy) and are checked in; the quorum is counted among them.
"""
