"""Protocols that a plugin can implement: messaging providers (`channels.py`) and AI providers (`models.py`); what
is told lifecycle events (`observers.py`); what forms offer to choose from (`field_options.py`); and the declaration of
the credentials that they need (`credential_modules.py`).

Stores are not an interface: they are classes in `botflow/storage`, chosen by the database's URL.
"""

from botflow.interfaces.channels import (
    Announces,
    Calls,
    Channel,
    Channels,
    DeliveryStatus,
    Meters,
    MissedCall,
    ReadsConsent,
    Reconciles,
    Redacts,
    Reports,
    Sent,
    WebhookRequest,
    normal_address,
)
from botflow.interfaces.credential_modules import CredentialField, CredentialModule, FieldType
from botflow.interfaces.field_options import FieldOption, OptionsRequest, OptionsSource
from botflow.interfaces.models import Describes, Learns, Model, OnDelta, Quote, Quotes
from botflow.interfaces.observers import Observer

__all__ = [
    "Announces",
    "Calls",
    "Channel",
    "Channels",
    "CredentialField",
    "CredentialModule",
    "DeliveryStatus",
    "Describes",
    "FieldOption",
    "FieldType",
    "Learns",
    "Meters",
    "MissedCall",
    "Model",
    "Observer",
    "OnDelta",
    "OptionsRequest",
    "OptionsSource",
    "Quote",
    "Quotes",
    "ReadsConsent",
    "Reconciles",
    "Redacts",
    "Reports",
    "Sent",
    "WebhookRequest",
    "normal_address",
]
