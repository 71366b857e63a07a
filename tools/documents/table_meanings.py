"""What each table is for; the tables themselves are read from the migrations."""

TABLES: dict[str, str] = {
    "application_secrets": "The secrets of applications that can keep one; two are valid at a time.",
    "applications": "The applications that people sign in to, with their addresses, lifetimes and policy.",
    "audit_events": "What happened ([events](events.md)).",
    "dev_mailbox": "The mails of the development mailbox; always empty in production.",
    "login_attempts": "One sign-in that somebody began, until a day later: for whom, from where, and how it ended.",
    "login_guesses": "How many wrong codes an address has seen in its window, whatever the attempt.",
    "magic_links": "The mailed links; a link is spent at most once.",
    "one_time_codes": "The code of each attempt; a newer one replaces it.",
    "outbox": "What has to leave: mail that waits, and for a while what became of it. The content is sealed, and wiped "
    "once it was sent.",
    "refresh_families": "All the refresh tokens that descend from one sign-in; they are revoked together.",
    "refresh_tokens": "Refresh tokens, each good once.",
    "sessions": "One person signed in at one application.",
    "signing_keys": "The keys that sign tokens; the private half is sealed.",
    "user_emails": "The addresses that people proved to read, found by their folded form.",
    "users": "People.",
    "worker_heartbeats": "The signs of life of the workers that send mail.",
}
