"""Nodes that ask a language model. The simplest to read first is `route.py`.

A model takes no action: it only chooses among existing handles, writes a text or fills declared fields.
"""

from __future__ import annotations

from botflow.nodes.ai.extract import AiExtract
from botflow.nodes.ai.reply import AiReply
from botflow.nodes.ai.route import AiRoute

__all__ = ["AiExtract", "AiReply", "AiRoute"]
