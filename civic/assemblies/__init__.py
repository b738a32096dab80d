"""General assemblies: the kit that prepares an ordinary one, lets it vote and writes it up (PRODUCT S6).

An `Assembly` adds to a meeting of a body what the statutes of an association ask of its yearly assembly: the year it
looks back on, its second call. A `Resolution` is a point of its agenda with the exact wording that is voted: by show
of hands (counted here, heads only), on the screens, or by a secret ballot, which for persons is the rule. Meetings keep
the date, the convocation, the sheet and the minutes, decisions keep ballots and counts: this slice does neither.
"""
