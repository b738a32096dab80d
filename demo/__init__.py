"""The demonstration territory: facts of public record about Domb’Innov and invented initiatives marked « exemple »."""
