"""What a service says when it says no: a sentence for the person, a status for the machine.

Services raise these, `civic.web` turns them into a page. The sentence is already translated and never names internals.
"""

from http import HTTPStatus


class DomainError(Exception):
    """A refusal: `message` is shown as it stands, `status` is the HTTP answer, `field` the form field it concerns.

    `way_out` is the text and path of a link for who would otherwise stand before a closed door.
    """

    status: int = HTTPStatus.CONFLICT

    def __init__(
        self, message: str, *, field: str | None = None, status: int | None = None,
        way_out: tuple[str, str] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(message)
        self.way_out = way_out
        self.message = message
        self.field = field
        if status is not None:
            self.status = status


class NotFound(DomainError):
    """There is no such thing, or this person must not learn that there is."""

    status = HTTPStatus.NOT_FOUND


class Forbidden(DomainError):
    """The person is known and may not do this."""

    status = HTTPStatus.FORBIDDEN


class SignInNeeded(DomainError):
    """Nobody is signed in: the web layer leads to /connexion and back."""

    status = HTTPStatus.UNAUTHORIZED


class Gone(DomainError):
    """A link that has been used, has lapsed, or whose object is over."""

    status = HTTPStatus.GONE


class TooMany(DomainError):
    """A rate limit is reached; `retry_after` in seconds."""

    status = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, message: str, *, retry_after: int = 60) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class TooLarge(DomainError):
    """An upload or a form beyond its limit."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class Invalid(DomainError, ValueError):
    """A value the form let through but the domain refuses; `field` says where to show it.

    Also a ValueError, so that pydantic takes it from a validator and the form shows its sentence.
    """

    status = HTTPStatus.UNPROCESSABLE_ENTITY
