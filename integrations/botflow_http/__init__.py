"""HTTP for botflow: `http.request` calls any service from a flow. Read node.py first, then call.py.

Importing this package does not import httpx2: only the first request does.
"""

from botflow.plugins import Plugin
from botflow_http.building import request
from botflow_http.credentials import MODULES
from botflow_http.node import HttpRequest

__all__ = ["plugin", "request"]

plugin = Plugin(name="http", node_types=(HttpRequest(),), credential_modules=MODULES)
