"""Operations on workflows, their drafts and their versions."""
