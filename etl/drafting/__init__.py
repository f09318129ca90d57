"""What a draft of a mapping profile is made of: evidence, synonyms, guesses. `etl.draft` writes them down."""
