"""Reading files of initiatives made elsewhere: CSV, Transiscope and GoGoCarto JSON (PRODUCT D8). No database
here.

Words: a *row* is one initiative as the file tells it, a *refused line* is what could not be read, with its
reason; a *remark* says what was left out of a row that is otherwise good. `parse` reads the whole file,
`classify` finds its topics, `matching` tells whether a row and a known initiative are the same. What comes
out is plain text or Markdown, of bounded size, never HTML.
"""

from civic.initiatives.importing.classify import topics_of
from civic.initiatives.importing.matching import is_same, same_place_and_name
from civic.initiatives.importing.parsing import parse
from civic.initiatives.importing.rows import ParsedFile, ParsedRow, RefusedLine

__all__ = ["ParsedFile", "ParsedRow", "RefusedLine", "is_same", "parse", "same_place_and_name", "topics_of"]
