"""Operations on keys, people and organizations, and the audit log."""
