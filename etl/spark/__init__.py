"""The same models on Apache Spark, for a log that no laptop holds: its sums come back and become a snapshot here."""
