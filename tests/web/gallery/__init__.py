"""Every page in every state, with sample data: looked at by people (`python -m web.gallery`), judged by tests.

A state is a name, a template and what the template is given. Whoever adds a state to a page adds it here, and so gets
its pictures, its accessibility check and its check against inline styles and scripts without writing any of them.
"""
