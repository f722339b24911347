"""Direct Line 3.0, which Bot Framework Web Chat speaks. Read `conversations` first.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-direct-line-3-0-concepts
"""

DIRECT_LINE = "direct-line"  # in `chat.protocols`
