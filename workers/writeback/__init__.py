"""Writes back what the actions asked for, one kind of change per module.

Companies and notes must exist before anything can point at them; a pin is a property
and needs its association first. So the order is fixed.
"""

from workers.round import Round
from workers.writeback import associations, companies, pins, properties


def write(round_: Round) -> None:
    """Carry out the changes of all contacts of the round."""
    companies.resolve(round_)
    pins.resolve(round_)
    associations.write(round_)
    properties.write(round_)
