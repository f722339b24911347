"""Bounds of the turn protocol that both databases' statements know."""

LONGEST_BURST = 20  # messages; FINISH looks no further than this for what joined a lead
KEPT_CHECKPOINTS = 100  # per run
SUSPECT_AFTER = 2  # attempts: what died twice may be what ends the process, and is begun alone
