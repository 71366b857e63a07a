"""Applications for scripts: the whole registration, its look and its policies, and the secrets.

Owns the JSON shapes and who may change what: nobody changes an application that may do more than they may. What an
application must look like is `applications`' to say.
"""
