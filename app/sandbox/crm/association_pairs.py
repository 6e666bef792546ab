"""HubSpot's own association type ids, by pair of kinds."""

from __future__ import annotations

# https://developers.hubspot.com/docs/api-reference/latest/crm/associations/associate-records/guide
PAIRS = (
    # one side, other side, unlabeled there and back, primary there and back
    ("contact", "contact", 449, 449, None, None),
    ("contact", "company", 279, 280, 1, 2),
    ("contact", "deal", 4, 3, None, None),
    ("contact", "ticket", 15, 16, None, None),
    ("contact", "call", 193, 194, None, None),
    ("contact", "email", 197, 198, None, None),
    ("contact", "meeting", 199, 200, None, None),
    ("contact", "note", 201, 202, None, None),
    ("contact", "task", 203, 204, None, None),
    ("contact", "communication", 82, 81, None, None),
    ("contact", "postal_mail", 454, 453, None, None),
    ("company", "company", 450, 450, None, None),
    ("company", "deal", 342, 341, 6, 5),
    ("company", "ticket", 340, 339, 25, 26),
    ("company", "call", 181, 182, None, None),
    ("company", "email", 185, 186, None, None),
    ("company", "meeting", 187, 188, None, None),
    ("company", "note", 189, 190, None, None),
    ("company", "task", 191, 192, None, None),
    ("deal", "deal", 451, 451, None, None),
    ("deal", "ticket", 27, 28, None, None),
    ("deal", "call", 205, 206, None, None),
    ("deal", "email", 209, 210, None, None),
    ("deal", "meeting", 211, 212, None, None),
    ("deal", "note", 213, 214, None, None),
    ("deal", "task", 215, 216, None, None),
    ("ticket", "ticket", 452, 452, None, None),
    ("ticket", "call", 219, 220, None, None),
    ("ticket", "email", 223, 224, None, None),
    ("ticket", "meeting", 225, 226, None, None),
    ("ticket", "note", 227, 228, None, None),
    ("ticket", "task", 229, 230, None, None),
)
# Parent to child, and back.
PARENT_AND_CHILD = (13, 14)
