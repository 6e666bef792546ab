"""Which actions are taken on which contacts: the rules of a portal."""

from workers.rules.book import RuleBook
from workers.rules.rule import Rule

__all__ = ["Rule", "RuleBook"]
