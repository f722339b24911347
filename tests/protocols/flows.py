"""Flows that speak every protocol of one request per turn."""

from __future__ import annotations

from tests.web.site import ORDER

SPOKEN = "chat: {protocols: [openai, ai-sdk, ag-ui]}\n"
SHOP = ORDER + SPOKEN
MOMENT = f"""
id: moment
name: Moment
{SPOKEN}
nodes:
  - {{id: start, type: chatbot, actionType: message_received, next: wait}}
  - {{id: wait, type: chatbot, actionType: say, properties: {{text: "One moment, please."}}, next: answer}}
  - {{id: answer, type: ai, actionType: reply, properties: {{instructions: "Answer.", fallback: "I cannot say."}}}}
"""
SILENT = "id: silent\nname: Silent\nnodes:\n  - {id: start, type: chatbot, actionType: message_received}\n"
