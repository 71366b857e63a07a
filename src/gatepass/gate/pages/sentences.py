"""Sentences that more than one page says, ready for the translators; a page passes them to its template as they are."""

from typing import Final

from gatepass.audit.model import EventKind
from gatepass.gate.pages.languages import N_

WHOLE_ADDRESS: Final = N_("Type a whole address, like name@example.com.")
SIGN_IN_AGAIN: Final = N_("Sign in again to continue.")
TOO_LATE: Final = N_("That took too long. Please start again.")
NOT_SENT: Final = N_("We could not send a mail just now. Try again in a moment.")
WRONG_CODE: Final = N_("That is not the code. Look at the newest mail.")
CODE_EXPIRED: Final = N_("This code has expired. Ask for a new mail.")
TOO_MANY_GUESSES: Final = N_("Too many wrong codes for this address. Wait an hour and start again.")
USE_PASSKEY: Final = N_("Use a passkey")
CONTINUE_WITH: Final = N_("Continue with %(provider)s")
UNKNOWN_DEVICE_CODE: Final = N_("That is not a code we know. Look at the device again.")
SIGNED_OUT_OF_IT: Final = N_("Signed out of that account.")
SIGNED_OUT_THERE: Final = N_("Signed out there.")
SIGNED_OUT_ELSEWHERE: Final = N_("Signed out everywhere else.")
ACCESS_REMOVED: Final = N_("The application can no longer use your account.")
SAVED: Final = N_("Saved.")
TOO_LONG: Final = N_("Use at most 100 letters.")

# Titles and ways out of pages that say what went wrong.
A_MOMENT: Final = N_("A moment, please")
TOO_MANY_REQUESTS: Final = N_("There were too many requests from your network. Try again in %(seconds)s seconds.")
NOT_GOING_ON: Final = N_("This sign-in is not going on any more")
START_AT_THE_APPLICATION: Final = N_("Go back to the application and start again.")
NO_WAY_BACK: Final = N_("We cannot take you back to the application")
TELL_THE_APPLICATION: Final = N_(
    "The application that sent you here did not say correctly where to return. Let whoever runs it know."
)
UNKNOWN_APPLICATION: Final = N_("We do not know the application that sent you here. Let whoever runs it know.")
BACK: Final = N_("Back")

EVENTS: Final = {
    EventKind.LOGIN_SUCCEEDED: N_("Signed in"),
    EventKind.REAUTHENTICATED: N_("Signed in again"),
    EventKind.LOGIN_REFUSED: N_("A sign-in did not succeed"),
    EventKind.LOGIN_DECLINED: N_("A sign-in was declined"),
    EventKind.LOGIN_EXHAUSTED: N_("Too many wrong codes were typed"),
    EventKind.USER_CREATED: N_("The account was created"),
    EventKind.ADDRESS_VERIFIED: N_("The e-mail address was confirmed"),
    EventKind.USER_CHANGED: N_("The profile was changed"),
    EventKind.SESSION_ENDED: N_("Signed out"),
    EventKind.SESSION_LIMIT_REACHED: N_("Signed out, because you signed in on many other devices"),
    EventKind.CONSENT_GIVEN: N_("An application was allowed to use the account"),
    EventKind.CONSENT_REVOKED: N_("The access of an application was removed"),
    EventKind.DEVICE_APPROVED: N_("A device was connected"),
    EventKind.DEVICE_DENIED: N_("A device was turned away"),
    EventKind.REFRESH_REUSED: N_("An application was signed out, because its key was used twice"),
    EventKind.CODE_REUSED: N_("An application was signed out, because its code was used twice"),
}
