"""Local initiatives: what people and organisations of the territory are doing together (PRODUCT D1).

An `Initiative` walks through stages (idea → incubation → launched → alive → finished or stopped), has leads (persons)
and may be carried by an organisation. An imported one has no lead until somebody claims it. It never knows campaigns,
missions or committees: those put their panels on its page through slots.
"""
