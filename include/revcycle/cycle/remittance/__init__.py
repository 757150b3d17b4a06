"""Remittances: read, proven, matched, posted to the ledger, and what needs a person raised.

Verbs: `dry_run.judge_file`, which needs no database and waits for none of its libraries; `post.post` and
`post.waiting`; `decisions.carry_out`; `unposted.oldest_unposted`.
"""
