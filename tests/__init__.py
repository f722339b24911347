"""The tests mirror the tree; servers.py starts the real servers, conftest.py holds the fixtures."""
