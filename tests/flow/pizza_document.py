"""A flow as its author writes it, with short forms and an interrupt, for tests that edit it."""

from __future__ import annotations

PIZZA_FILE = """
id: pizza
interrupts: [{id: help, match: [help], target: help_text}]
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: size}
  - id: size
    type: chatbot
    actionType: menu
    properties: {text: "How big?", options: [{id: large, label: Large}, {id: small, label: Small}]}
    on: {large: thanks, small: thanks}
  - {id: thanks, type: chatbot, actionType: say, properties: {text: Thanks!}}
  - {id: help_text, type: chatbot, actionType: say, properties: {text: Ask away}}
"""
BYE = {"id": "bye", "type": "chatbot", "actionType": "say", "properties": {"text": "Bye"}}
