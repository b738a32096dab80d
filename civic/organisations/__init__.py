"""The network's organisations: associations, co-operatives, companies, communes (PRODUCT D5).

An `Organisation` may be a member of the PTCE (`membership`); `Representative` says who speaks for it, titular or
substitute, from a day until another: that is the hat a person can wear. It never knows initiatives.
"""
