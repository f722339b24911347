"""What a plugin can bring: messaging providers (`channels.py`) and AI providers (`models.py`), as Protocols.

Stores are no such port: they are classes in `botflow/storage`, and the database's URL says how they work.
"""

from botflow.interfaces.channels import (
    Announces,
    Channel,
    Channels,
    DeliveryStatus,
    Meters,
    Reconciles,
    Reports,
    Sent,
    WebhookRequest,
    normal_address,
)
from botflow.interfaces.models import Describes, Model, OnDelta, Quote, Quotes

__all__ = [
    "Announces",
    "Channel",
    "Channels",
    "DeliveryStatus",
    "Describes",
    "Meters",
    "Model",
    "OnDelta",
    "Quote",
    "Quotes",
    "Reconciles",
    "Reports",
    "Sent",
    "WebhookRequest",
    "normal_address",
]
