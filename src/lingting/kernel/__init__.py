"""The shared ideas: accounts, organisation, calendars, timeline, metrics, notices, questionnaires."""
