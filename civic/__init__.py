"""The common ground: people, their groups, their decisions, their life.

What campaigns (money) and volunteering (time) stand on. It never imports either of them: they call down,
and what happened there comes up as jobs, slots and activity rows.
"""
