"""What a person says of herself to find work that suits her: skills, when, how far, by which means (PRODUCT V1, V5).

Words: a skill is a code of `skills.py` (a nomenclature, translated), an availability one of four (week or weekend, day
or evening). Everything is optional, seen by nobody else, and erased with the person. « Pour moi » says why it proposes
something; a rescue call reaches only who agreed to it. It never ranks persons and never scores them.
"""
