"""The views: each a tuple of cards plus prose. No SQL, no arithmetic on rates."""
