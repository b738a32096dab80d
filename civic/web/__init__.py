"""HTTP, once for all slices: `page()`, forms, redirects, middleware, error pages, paging, rate limits, assets.

A route reads: guarded getter, form, service, answer. `page()` alone decides between a whole page and one block of it
(htmx asks for the block whose name is the target's id). It never knows a slice of the domain.
"""
