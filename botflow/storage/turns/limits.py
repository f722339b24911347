"""Limits of the turn protocol, used in the statements of both databases."""

LONGEST_BURST = 20  # messages; FINISH looks no further than this for inbounds that joined a lead
KEPT_CHECKPOINTS = 100  # per run
SUSPECT_AFTER = 2  # attempts: an inbound whose attempts died twice may crash the process, so it is begun alone
