"""How comments are told: by whom, and in plain words for mails and lists."""

from civic.discussions.models import Comment
from civic.i18n import _
from civic.web import markdown

QUOTED = 140
"""So many signs of what one replies to are quoted."""


def who(comment: Comment | None) -> str:
    """« Prénom N. », with the organisation she spoke for; « Une personne » once her data are erased."""
    author = comment.author if comment else None
    if comment is None or author is None or author.erased_at:
        return _("Une personne")
    if comment.organisation_id and comment.organisation:
        return _("%(name)s, pour %(organisation)s", name=author.short_name, organisation=comment.organisation.name)
    return author.short_name


def short_who(comment: Comment) -> str:
    """« Prénom N. » alone; `author` is loaded."""
    author = comment.author
    return author.short_name if author and not author.erased_at else _("Une personne")


def plain(text: str, most: int) -> str:
    """A Markdown text without its marks, cut after a word."""
    whole = " ".join(str(markdown.render(text).striptags()).split())
    return whole if len(whole) <= most else whole[:most].rsplit(" ", 1)[0] + " …"


def quote(comment: Comment) -> str:
    """The beginning of what one replies to; what is gone is not quoted."""
    return plain(comment.text, QUOTED) if comment.speaks else _("Ce commentaire n’est plus là.")
