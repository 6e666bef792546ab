"""A HubSpot that runs on your machine: the same answers, the same refusals.

    crm/        HubSpot's rules about records, without HTTP
    api/        HubSpot's HTTP API: shapes, without rules
    errors/     every refusal, in HubSpot's words
    control.py  the control plane under /sandbox/, with edits.py, faults.py, recorder.py
    sender.py   the webhooks
    switches.py where nobody knows what HubSpot does
    testing.py  a sandbox for the length of a test

Imitated are contacts, companies, deals, tickets and activities: single, batch, search,
associations v4, properties, account details, rate limits. Not imitated, and answered
with 501: merge and gdpr-delete, OAuth, owners, lists, pipelines, custom objects, label
definitions, property groups, the v1 and v3-associations APIs, webhook management. Rules
that an account's admin makes (conditional properties) do not exist here.
"""
