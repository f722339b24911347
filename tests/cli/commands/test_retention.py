"""`botflow retention`: shows how long an organization keeps what is over, and decides it."""

from __future__ import annotations

import json

from tests.cli.conftest import Call


def test_retention_is_shown_and_decided_a_part_at_a_time(botflow: Call) -> None:
    botflow("db", "upgrade")
    shown = botflow("retention")
    assert shown.out.splitlines()[1].split() == ["conversations", "-"]
    assert shown.out.endswith("-: as the deployment keeps it.\n")

    first = botflow("retention", "set", "--conversations", "90", "--audit-log", "1000")
    assert "conversations  90\n" in first.out
    assert "audit log      1,000\n" in first.out
    then = json.loads(botflow("retention", "set", "--runs", "30", "--audit-log", "default", "--json").out)
    assert (then["conversationDays"], then["runDays"], then["auditLogDays"], then["revision"]) == (90, 30, None, 2)
    assert then["updatedBy"].startswith("command line:")
    assert json.loads(botflow("retention", "--json").out) == then


def test_what_is_wrong_is_said_and_changes_nothing(botflow: Call) -> None:
    botflow("db", "upgrade")
    for arguments, words in (
        ((), "say what to keep for how many days"),
        (("--conversations", "a month"), "'a month' is no number of days; write 90, or default"),
        (("--conversations", "-1"), "'-1' is no number of days"),
        (("--conversations", "6"), "conversationDays: input should be greater than or equal to 7"),
        (("--runs", "366"), "more than the 365 days that this deployment allows"),
    ):
        ended = botflow("retention", "set", *arguments, BOTFLOW_LONGEST_RETENTION_DAYS="365")
        assert (ended.status, ended.out) == (2, "")
        assert words in " ".join(ended.err.replace("│", " ").split())
    assert json.loads(botflow("retention", "--json").out)["revision"] == 0
    assert botflow("retention", "--organization", "nobody").status == 2
