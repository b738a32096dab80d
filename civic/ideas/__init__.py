"""Ideas of residents, from five lines without an account to an initiative (PRODUCT D6, A2).

An `Idea` is public once its author's address is confirmed. Neighbours *support* it (once each) and *offer* help in
words; the team reviews it (accepted, changes asked for, declined with a reason), a *référent* walks with it through
*steps*, and it *becomes* an initiative with its history, or stops with what was learned. It never shows an address:
author and helper read each other's once the author has accepted the offer. Initiatives know nothing of ideas.
"""
