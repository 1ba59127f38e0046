"""The journal as bytes: entries, files, checkpoints, comparison of replays."""
