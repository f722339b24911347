"""What a plugin supplies: channels and models; and what the runtime needs of its stores, which no plugin replaces.

Read `channels.py` first to bring a messaging provider, `models.py` for an AI provider.
"""

from botflow.interfaces.channels import Channel, DeliveryStatus, Meters, Reconciles, Reports, Sent, WebhookRequest
from botflow.interfaces.conversations import (
    AttemptStore,
    FlowStore,
    InboxStore,
    SessionStore,
    SharedCounter,
    TimerStore,
    TranscriptStore,
)
from botflow.interfaces.deliveries import HeldStore, OutboxStore, Rate
from botflow.interfaces.executions import ArtifactStore, EffectStore, ExecutionStore, LifecycleStore
from botflow.interfaces.models import Model, OnDelta, Quote, Quotes

__all__ = [
    "ArtifactStore",
    "AttemptStore",
    "Channel",
    "DeliveryStatus",
    "EffectStore",
    "ExecutionStore",
    "FlowStore",
    "HeldStore",
    "InboxStore",
    "LifecycleStore",
    "Meters",
    "Model",
    "OnDelta",
    "OutboxStore",
    "Quote",
    "Quotes",
    "Rate",
    "Reconciles",
    "Reports",
    "Sent",
    "SessionStore",
    "SharedCounter",
    "TimerStore",
    "TranscriptStore",
    "WebhookRequest",
]
