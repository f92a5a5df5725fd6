"""Forms as data (`bpmn/forms/*.json`): what a task asks, when, and what it accepts."""
