"""The record on the wire: followed in its order, searched, looked at for tampering; what a team may see of its own.

An event never changes once it has its sequence, but for what is forgotten of a person.
"""
