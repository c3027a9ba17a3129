"""Languages: each module turns a program of one language into a command for any back-end, and reads what came of it.

Modules named `…_script` and `…_server` are programs of their own that run inside; they import nothing of lemmata.
"""
