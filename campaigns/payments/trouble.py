"""What may go wrong between us and the gateway; callers name these as `gateway.Refused` and so on."""


class GatewayTrouble(Exception):
    """The gateway did not do what was asked; `code` is its own word for it."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class Unreachable(GatewayTrouble):
    """No answer, or a 5xx: it may have happened or not."""


class Busy(GatewayTrouble):
    """Too many requests: nothing happened, try later."""


class Refused(GatewayTrouble):
    """Nothing happened: the request does not fit (400, 401, 403, 404, or an idempotency key used for another body)."""


class Missing(Refused):
    """The gateway does not know the object (404): deleted there, or of another account."""


class Stored(Unreachable):
    """The gateway answered a 5xx of its own, and may answer it again for this key during a day."""


class Closed(GatewayTrouble):
    """Card payments are off in this installation."""


class Forged(GatewayTrouble):
    """A webhook whose signature is not the gateway's."""
