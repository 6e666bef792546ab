"""Writes back what the actions asked for, one kind of change per module.

Records and activities must exist before anything can point at them; a pin is a
property and needs its association first; a contact that is merged or archived cannot
be written any more. So the order is fixed.
"""

from workers.round import Round
from workers.writeback import (
    activities,
    associations,
    companies,
    emails,
    farewells,
    forwards,
    pins,
    properties,
    records,
)


def write(round_: Round) -> None:
    """Carry out the changes of all contacts of the round."""
    farewells.restrict(round_)
    companies.resolve(round_)
    records.upsert(round_)
    activities.write(round_)
    pins.resolve(round_)
    associations.write(round_)
    properties.write(round_)
    emails.add(round_)
    forwards.send(round_)
    farewells.carry_out(round_)
