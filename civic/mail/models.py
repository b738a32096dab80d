"""What the demonstration's mailbox shows instead of sending."""

from tortoise import fields
from tortoise.models import Model


class OutboxMessage(Model):
    """A message that would have been sent; only written where no SMTP server is set."""

    id = fields.BigIntField(primary_key=True)
    message_id = fields.CharField(max_length=200, unique=True)
    to = fields.CharField(max_length=320, db_index=True)
    subject = fields.TextField()
    text = fields.TextField()
    html = fields.TextField()
    calendar = fields.TextField(null=True)
    sent_at = fields.DatetimeField()

    class Meta:
        table = "outbox_message"
