"""Pack the table of communes for the code: `python -m civic.places.pack communes.csv`.

Run once a year, when INSEE publishes the new official geographic code. The columns are those of
`files.COLUMNS`.
"""

import csv
import lzma
import sys
from io import StringIO
from pathlib import Path

from civic.places.files import COLUMNS, PACKED


def pack(source: Path, target: Path = PACKED) -> int:
    """Write the compressed file, answer the number of communes. Raises ValueError if a column is missing."""
    with source.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    missing = [column for column in COLUMNS if not rows or column not in rows[0]]
    if missing:
        raise ValueError(f"columns missing: {', '.join(missing)}")
    text = StringIO()
    writer = csv.DictWriter(text, COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(sorted(rows, key=lambda row: row["insee"]))
    target.write_bytes(lzma.compress(text.getvalue().encode(), preset=9 | lzma.PRESET_EXTREME))
    return len(rows)


if __name__ == "__main__":
    print(pack(Path(sys.argv[1])), "communes")
