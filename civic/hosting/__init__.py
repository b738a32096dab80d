"""What a host does from a terminal beside running the site: save it, bring it back, ask whether it is ready.

Words: a *backup* is one file with the database and the photos; to *restore* puts it where nothing is, or by force in
the place of what was; *readiness* is what production still lacks, said in sentences. The texts are French, as the
terminal's other messages: a host reads them, not a visitor. It knows no tables but the roles and the jobs, and never
writes while the site runs.
"""
