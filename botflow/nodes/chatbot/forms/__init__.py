"""A form: several questions in one node. Start reading in `form.py`; `message.py` tells what a message to it means."""
