"""What the shipped actions know about the world: countries, phones, mailboxes, jobs."""
