"""A HubSpot that runs on your machine: the same answers, the same refusals.

    crm/        HubSpot's rules about records, without HTTP
    api/        HubSpot's HTTP API: shapes, without rules
    errors/     every refusal, in HubSpot's words
    page/       the web page at /
    control.py  the control plane under /sandbox/, with edits.py, faults.py, recorder.py
    snapshot.py its state as a document, and clock.py, its time
    sender.py   the webhooks; what they tell is in delivery.py and its neighbours
    developer_app.py  the app: its tokens (oauth.py) and what it hears
                (webhook_settings.py)
    switches.py where nobody knows what HubSpot does
    testing.py  a sandbox for the length of a test; pytest_plugin.py, as a fixture

Imitated are contacts, companies, deals, tickets and activities: single, batch, search,
associations, labels, properties, merge and gdpr-delete, owners, custom objects, account
details, rate limits, OAuth, webhook management. Not imitated, and answered with 501, is
what api/catalogue.py lists: lists, pipelines, imports, the webhooks journal...
"""
