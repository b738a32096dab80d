"""Words to a shift: a message relayed to those who come, and a rescue call to the few who fit best (PRODUCT V5).

Words: a call asks a person, by name of the shift that lacks people, and never more than once a fortnight across all
initiatives; who is asked is explained to the coordinator before it goes. Addresses are shown to nobody: answers come
back by link. It asks only who agreed to be called.
"""
