"""Papers: the PDF documents people print, sign and keep, and the tables they open in a spreadsheet.

A *paper* is drawn from top to bottom in the domain's words (title, facts, table, signature); fonts and margins are
decided here, once, so that every receipt, agreement and slip looks alike. A *sheet* is a CSV file that a spreadsheet
opens without a question and that can never run a formula. Nothing here knows what the papers say.
"""

from civic.papers.making import draw, pdf_answer
from civic.papers.sheet import sheet, sheet_answer

__all__ = ["draw", "pdf_answer", "sheet", "sheet_answer"]
