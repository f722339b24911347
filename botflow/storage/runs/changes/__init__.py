"""Changes of an execution that no turn makes: pause, resume, cancel, retry. Start reading in `lifecycle.py`."""
