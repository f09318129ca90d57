"""What the files of a world show: read day by day, judged from the log alone; nothing here draws anything."""
