"""Properties that the nodes with a model have in common, as a form shows them."""

from __future__ import annotations

from typing import Annotated

from botflow.flow.widgets import Widget

MODEL = "Model"  # the group of properties in a form
ModelName = Annotated[str, Widget("combobox", source="models", group=MODEL, placeholder="gpt-5-mini")]
InputText = Annotated[str, Widget("template-textarea", rows=2, label="Text to read", placeholder="{{ $message.text }}")]
