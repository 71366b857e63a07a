"""Every page and every mail that there is, of all parts."""

from web.gallery.account import ACCOUNT
from web.gallery.factors import FACTORS
from web.gallery.hosted import HOSTED
from web.gallery.impersonation import IMPERSONATION, IMPERSONATION_MAILS
from web.gallery.invitations import INVITATION_MAILS, INVITATIONS
from web.gallery.passkeys import PASSKEYS
from web.gallery.security import SECURITY
from web.gallery.states import CODE_MAILS, STATES
from web.gallery.states import MAILS as SIGN_IN_MAILS

PAGES = (*STATES, *HOSTED, *FACTORS, *ACCOUNT, *SECURITY, *PASSKEYS, *INVITATIONS, *IMPERSONATION)
MAILS = (*SIGN_IN_MAILS, *CODE_MAILS, *INVITATION_MAILS, *IMPERSONATION_MAILS)
