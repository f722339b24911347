"""The person of a conversation: `$contact` as a turn sees it, and the changes of it that a turn collects."""
