"""Mail templates of customers: an application's own words and look in place of the house's, in versions.

Owns what a template may hold (Liquid with few tags and filters and strict limits, in MJML or HTML), its versions, and
the check that what it makes is a mail that can be trusted. It refuses to know when a mail leaves; where its own words
fail, the house's leave in their place. Mails that warn people keep the house's words.
"""
