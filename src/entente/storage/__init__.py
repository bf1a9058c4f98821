"""The store of a node: everything durable, in one folder, behind the ports of the rooms.

`store.Store` opens it, `unit_of_work.SqlUnitOfWork` is one transaction, one file per room holds that room's SQL
(SQLAlchemy Core). `engine` says what differs between engines, `sqlite` and `postgres` are what each has of its own, `opening`
which one a folder's store is on; `schema` the tables, `migrations` how they came to be, `folder` and `keys` the files beside it.

Leaves to others: every rule (the rooms), the index (search), when a unit is opened (services) and what runs before a
commit (app).
"""
