"""What readers report, what the team decides, and how its author appeals (PRODUCT N9).

A `Report` names a text by its kind and id (« commentaire », 12); a `Judgement` is the team's answer to all reports of
one text: hidden for a reason, or kept; an appeal is answered by another member of the team when there is one. Kinds
of texts come through the slot `writings`: this slice knows no comment, no news, no profile. It never deletes what
somebody wrote, and whoever reports needs no account.
"""
