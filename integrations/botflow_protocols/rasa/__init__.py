"""Rasa's REST channel, and its Socket.IO channel, which many web widgets speak. Read `rest` first.

A `sender` or a `session_id` that anyone can guess is no secret, so it opens nothing here: a server names its people
with an API key, and a visitor's session id is the session token itself, which the server makes.
https://rasa.com/docs/reference/channels/your-own-website
"""

RASA = "rasa"  # in `chat.protocols`
