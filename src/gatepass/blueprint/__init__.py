"""What the server is to be, written down in one file: compared with what it is, and brought about.

Owns no table. A noun (permissions, roles, applications, organizations) knows how its things look on a sheet and by
which verbs of their slice they come about. What the file does not name stays as it is, and is told as drift; it is
removed only where that is asked for. Secrets stand in the file by reference alone.
"""
