"""`hubkeeper rules` and `hubkeeper actions`: the commands that know the actions."""
