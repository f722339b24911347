"""What a form and a reference show of a node type. Read `node_metadata.py` first."""
