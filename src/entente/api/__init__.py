"""The interface for programs: in this part the one loopback route through which a command speaks to the running node."""
