"""Mail: one text per message, sent after the fact by a job.

`await mail.send("civic/sign_in", to=…, key=…, **context)` queues the job in the transaction of the act; the template is
`templates/mail/<name>.txt`, its first line the subject. The HTML part is drawn from the same text (`compose`), so both
always say the same. It never sends within a transaction, and a message keeps its Message-ID whatever is retried.
"""

from civic.mail.service import handlers, send

__all__ = ["handlers", "send"]
