"""What has to be done for the store once in a while, by the ticker that is on duty."""

from __future__ import annotations

import redis

from app import logs
from app.events import keys
from app.events.scripts import store_errors
from app.services import Services

EVERY_S = 600
# What was erased is still in the store's file until that is written anew. This costs
# the store as much as a snapshot does, so that several erasures share one.
REWRITE_EVERY_S = 3600

log = logs.get()


def run(services: Services) -> None:
    """Do it, if it was not done lately.

    Raises:
        StoreDown: the store did not answer.

    """
    if not _is_first(services, keys.UPKEEP, EVERY_S):
        return
    services.trail.trim(services.inbox.portals(), services.settings.keep_s)
    with store_errors():
        erased = services.store.exists(keys.ERASED)
    if erased and _is_first(services, keys.REWRITTEN, REWRITE_EVERY_S):
        write_file_anew(services)


def write_file_anew(services: Services) -> None:
    """Have the store's file hold only what the store holds.

    Raises:
        StoreDown: the store did not answer.

    """
    with store_errors():
        services.store.delete(keys.ERASED)
        try:
            services.store.bgrewriteaof()
        except redis.ResponseError as error:  # a hosted store keeps its files to itself
            if "in progress" in str(error):  # and may have begun before the erasure
                services.store.set(keys.ERASED, "1")
                services.store.delete(keys.REWRITTEN)
        else:
            log.info("store_file_rewritten")


def _is_first(services: Services, key: str, seconds: int) -> bool:
    with store_errors():
        return bool(services.store.set(key, "1", nx=True, ex=seconds))
