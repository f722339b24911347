"""AG-UI, which its HTTP agent speaks. Read `routes.py` first, then `events.py`. https://docs.ag-ui.com

Without the package ag-ui-protocol: it would load models of forty events, of which these modules write nine.
"""
