"""PO files beside a flow."""
