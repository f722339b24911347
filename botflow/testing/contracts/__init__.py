"""Contract tests for adapters: subclass one in your tests and override its fixture. Needs pytest and jsonschema.

    class TestMyChannel(ChannelContract):
        @pytest.fixture
        def channel_example(self) -> ChannelExample: ...

Every test of the contract then runs on your adapter. The class docstrings describe the examples.
"""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite(
    "botflow.testing.contracts.channel",
    "botflow.testing.contracts.model",
    "botflow.testing.contracts.node_metadata",
    "botflow.testing.contracts.node_type",
)

from botflow.testing.contracts.channel import ChannelContract, ChannelExample  # noqa: E402 -- asserts are rewritten first
from botflow.testing.contracts.model import ModelContract, ModelExample  # noqa: E402
from botflow.testing.contracts.node_trial import NodeExample  # noqa: E402
from botflow.testing.contracts.node_type import NodeTypeContract  # noqa: E402

__all__ = [
    "ChannelContract",
    "ChannelExample",
    "ModelContract",
    "ModelExample",
    "NodeExample",
    "NodeTypeContract",
]
