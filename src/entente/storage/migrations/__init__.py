"""How the tables came to be, one file a schema, forward only; run by storage.migrating."""
