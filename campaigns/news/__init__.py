"""What is said around a campaign: news of its lead, questions and answers, words of thanks, milestones (PRODUCT C10).

A *news* is a draft until it is published; for some minutes it can be taken back, then it is mailed to the backers whose
promise stands, each address once, in batches. A *question* of somebody without account counts once her address is
confirmed. A *word* of a backer appears under the name she agreed to, once the lead or the team has read it.
Amounts of single gifts are in nothing that this slice shows or sends.
"""
