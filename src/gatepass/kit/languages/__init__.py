"""The languages that pages and mails speak: which one a reader gets, and the words in it.

A catalogue is `web/locales/<tag>/LC_MESSAGES/gatepass.mo`, read by the standard library. A message's id is its English
sentence, so a sentence that no catalogue knows is said in English and never as a hole. Nothing here knows a request:
whoever holds one hands in what it wishes.
"""
