"""How a campaign leaves the site: block for other sites, poster, social picture, text for the bulletin (PRODUCT C11).

Everything here is made of what the public page says, for campaigns that everybody sees, and holds no name of a backer.
The *block* is the only page that other sites may frame; it sets no cookie, runs no script and weighs less than 10 KB.
Links that leave the site carry `?src=`, so that a lead learns which of them brought gifts, and nothing about persons.
"""
