"""The attempt: where a person stands between "hello" and a session.

Owns the table of attempts and the only dispatcher: a method hands its proof to `advance`, which knows whether the
attempt is finished, and completes it in one atomic step. It counts what was guessed wrong and ends an attempt that
saw too much of it. It refuses to know how a proof was made; methods know `login`, never the reverse.
"""
