"""The demonstration territory: facts of public record about Domb'Innov, and invented initiatives marked « Exemple ».

`civic demo` loads it once through the services that real users use; the clock travels, so that history lies in the
past and everything is told from today. Real bodies appear only with facts of public record; money, votes and persons
belong to invented initiatives alone. Nothing here exists outside `CIVIC_ENV=demo`: `/_demo` answers 404 elsewhere.
"""
