"""`make bench`: how fast the pages are beside the bare framework, on this machine, in this run.

Words: *ours* is the real server as `civic serve` starts it, on made-up data; *bare* is Starlette and Jinja2 answering
as many bytes from memory, started with the same flags; both are loaded in turn, A B A B, and only their ratio counts.
It talks to 127.0.0.1 only.
"""
