"""Following anything by kind and id (initiative, organisation, commune, topic); PRODUCT D7.

A follow is private. Who follows what decides digests and notifications, never rights.
"""
