"""The edge of index files: candidates by name and identifier, and the thread that keeps them up with the store.

The folder is a cache: deleted or damaged, it starts empty at position 0 and is filled again from the change sequence. How a
name is read and scored is the room `identity`'s matter.

Source: DESIGN section 7; docs/rules/identity.md I6, I13 to I15.
"""
