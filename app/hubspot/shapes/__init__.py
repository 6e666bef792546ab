"""What HubSpot's JSON looks like, in marshmallow: written here and nowhere else.

Every family of calls has a module with its values and, beside each value, its shape.
Only what is asked with a hundred inputs in a call (`objects`, `associations`) puts
the envelope around the values by itself.
"""
