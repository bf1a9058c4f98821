"""Pages for people: in this part the node's own read-only page and the page of an error."""
