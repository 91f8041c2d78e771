"""Schemas in the formats of other tools: one module a format.

What such a file says is a declaration: it knows no dtypes, and :mod:`synthgen.table.declarations` completes it from a
table. What can't be taken over is told in a warning that names the column.

Rules between columns aren't taken over yet; these are told too:

==============  ========================================================================================
SDV             ``constraints``, ``column_relationships``, ``sequence_index``, composite keys,
                ``relationships`` between tables
pandera         checks and ``unique`` of the whole table, checks by group, the index
Frictionless    ``foreignKeys``, composite ``primaryKey`` and ``uniqueKeys``
==============  ========================================================================================
"""
