"""The house's own lint rules: what no linter off the shelf can know about this house.

A rule is one module with a story in its docstring and a function `check(house)` that yields findings; its test lives
under `tests/tools/rules/`. `python -m tools.rules` runs them all. An incident becomes a rule here when its shape can be
seen in the source.
"""
