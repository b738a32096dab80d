"""How many persons stand behind a campaign: whatever roads they give by, they are counted once."""


def everybody(states: str, campaign: str = "c.id") -> str:
    """SQL: how many give by a pledge in one of these states, or by hand; a donor without an address is her own gift."""
    return f"""(SELECT COUNT(*) FROM (SELECT CAST(x.person_id AS VARCHAR(24)) AS who FROM pledge x
WHERE x.campaign_id = {campaign} AND x.status IN {states} UNION
SELECT COALESCE(CAST(g.person_id AS VARCHAR(24)), 'gift ' || CAST(g.id AS VARCHAR(18))) FROM offline_gift g
WHERE g.campaign_id = {campaign} AND g.status IN ('verified', 'banked') AND g.pledge_id IS NULL) everybody)"""  # noqa: S608
