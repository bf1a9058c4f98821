"""Files: what comes in or goes out as bytes in a format that people or other systems write.

One file a format. Each reads strictly, within bounds, and says file, line and field when it refuses; what the content means is
judged by the room it belongs to.
"""
