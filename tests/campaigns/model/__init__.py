"""Random lives of a campaign: what may happen to it is a family of acts, each in a module of its own.

`life` opens a world and ends it well, `seen` is the public's eye, `acts_*` are what backers, banks, the team, matchers
and crashes do. A machine (`tests/campaigns/test_money_model.py`) joins the families it wants.
"""
