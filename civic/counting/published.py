"""The file from which anybody recounts a closed decision (format « civic-decision-1 », docs/counting.md).

`publish` writes it, `recount` reads it and counts again with the same functions. It holds what was said and, where a
seat is public, by whom; no time and no order. Under weights each ballot carries its exact weight in percent of all.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from civic.counting.count import Count, Vote, count_weighed
from civic.counting.rules import Code, Majority, Method, Rule
from civic.counting.weights import published_apart

FORMAT = "civic-decision-1"


class UnreadableFile(ValueError):
    """The file is not a published decision."""


@dataclass(frozen=True, slots=True)
class Recounted:
    """What the file says came out, and what counting its ballots again gives."""

    said: Mapping[str, Any]
    found: Mapping[str, Any]

    @property
    def agrees(self) -> bool:
        """The published result follows from the published ballots."""
        return self.said == self.found


def publish(
    about: Mapping[str, Any], rule: Rule, options: Sequence[Mapping[str, Any]], electorate: int,
    ballots: Sequence[tuple[str | None, Vote]], result: Count,
) -> dict[str, Any]:  # fmt: skip
    """The file of a decision: `about` is its question and the like, `ballots` are (name or none, vote)."""
    terms = {name: value for name, value in asdict(rule).items() if name != "weights"}
    lines = sorted(
        (_ballot(name, vote, result) for name, vote in ballots),
        key=lambda line: (json.dumps(line.get("choices", line.get("code"))), line["name"] or "", json.dumps(line)),
    )
    return {
        "format": FORMAT, **about, "rule": {**terms, "weighted": result.weights is not None}, "options": list(options),
        "electorate": electorate, "colleges": _colleges(result), "ballots": lines, "result": _result(result),
    }  # fmt: skip


def recount(file: Mapping[str, Any]) -> Recounted:
    """Count the ballots of a file again. Raises UnreadableFile."""
    try:
        if file["format"] != FORMAT:
            raise UnreadableFile(FORMAT)
        terms = dict(file["rule"])
        weighted = terms.pop("weighted")
        terms |= {"method": Method(terms["method"]), "majority": Majority(terms["majority"])}
        rule = Rule(**terms, weights={} if weighted else None)
        costs = {option["id"]: option.get("cost_cents") or 0 for option in file["options"] if "id" in option}
        votes = [_vote(line) for line in file["ballots"]]
        return Recounted(file["result"], _result(count_weighed(rule, costs, file["electorate"], votes)))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise UnreadableFile(str(error)) from error


def _ballot(name: str | None, vote: Vote, result: Count) -> dict[str, Any]:
    line: dict[str, Any] = {"name": name}
    if vote.code:
        line |= {"code": vote.code.value, "blocks": vote.blocks}
    else:
        line["choices"] = vote.choices
    if result.weights:
        line["weight"] = str(result.weights.each(vote.college))
    return line


def _vote(line: Mapping[str, Any]) -> Vote:
    code = Code(line["code"]) if "code" in line else None
    return Vote(code, line.get("choices"), blocks=line.get("blocks", False), weight=Fraction(line.get("weight", 1)))


def _result(result: Count) -> dict[str, Any]:
    """The count without the colleges, in plain JSON values."""
    kept = {name: value for name, value in (result.as_json() or {}).items() if name != "weights"}
    heads = {code.value: n for code, n in result.tally.counts.items()} if result.tally else {}
    return {"verdict": result.verdict.value, "heads": heads, **kept}


def _colleges(result: Count) -> list[dict[str, Any]]:
    """The arithmetic of the weights; colleges of few voices stand together."""
    if result.weights is None:
        return []
    apart, together = published_apart(result.weights)
    groups = [[name] for name in apart] + ([together] if together else [])
    known = result.weights.colleges
    return [
        {
            "colleges": names, "percent": sum(known[name].percent for name in names),
            "voices": sum(known[name].voices for name in names),
            "scaled": str(sum((known[name].scaled for name in names), Fraction(0))),
        }
        for names in groups
    ]  # fmt: skip


