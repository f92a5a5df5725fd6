"""The interface for programs: JSON under `/api/v1`, errors as problem+json."""
