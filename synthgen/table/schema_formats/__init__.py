"""Schemas in the formats of other tools: one module a format.

What such a file says is a declaration: it knows no dtypes, and :mod:`synthgen.table.declarations` completes it from a
table. What can't be taken over is told in a warning that names the column.

Keys of several columns become the rule that they are unique together, and the constraints of SDV 1.x rules of their
kind. Other rules between columns are told:

==============  ================================================================================
SDV             ``column_relationships``, ``sequence_index``, ``relationships`` between tables, other
                classes of ``constraints``
pandera         checks of the whole table, checks by group, a named index
Frictionless    ``foreignKeys``
==============  ================================================================================
"""
