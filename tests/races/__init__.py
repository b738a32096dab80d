"""Scarce things under a crowd: two server processes, real sockets, both engines."""
