"""Domains that nobody can own for themselves, because strangers get names or mailboxes below them.

The lists are short on purpose: they hold the suffixes and mail hosts that people meet, and they spare them a mistake.
What is missing does no harm by itself: a domain counts only once its zone shows a proof, and no stranger can write
into the zone of a registry or of a mail host.
"""

from typing import Final

_SECOND_LEVEL: Final = {
    "ac": "ae at cr id il in jp ke kr nz th tr uk za",
    "co": "ae at cr id il in jp ke kr nz th tr ug uk ve za zw",
    "com": "ar au bd bo br cn co cy do ec eg gh gr gt hk hr kh kw lb ly mm mt mx my ng ni om pa pe ph pk pl pr pt py "
    "qa ro sa sg sv tn tr tw ua uy ve vn",
    "edu": "ar au br cn co hk mx my pe ph pk pl sg tr tw ve",
    "go": "id jp kr th",
    "gob": "ar cl es mx pe",
    "gov": "ar au br cn co hk il in my ng ph pk pl sg tr tw uk ve za",
    "gv": "at",
    "ltd": "uk",
    "me": "uk",
    "ne": "jp kr",
    "net": "ar au br cn co hk il in my nz ph pk pl sg tr tw uk ve za",
    "nhs": "uk",
    "or": "at id jp ke kr th",
    "org": "ar au br cn co hk il in mx my ng nz pe ph pk pl sg tr tw uk ve za",
    "plc": "uk",
    "sch": "uk",
}
_GIVEN_AWAY: Final = (
    "appspot.com azurewebsites.net blogspot.com cloudfront.net fly.dev github.io gitlab.io herokuapp.com netlify.app "
    "ngrok-free.app ngrok.io now.sh onrender.com pages.dev r2.dev railway.app render.com s3.amazonaws.com "
    "sharepoint.com surge.sh trycloudflare.com vercel.app web.app wixsite.com wordpress.com workers.dev onmicrosoft.com"
)
SHARED_SUFFIXES: Final = frozenset(
    {f"{second}.{top}" for second, tops in _SECOND_LEVEL.items() for top in tops.split()} | set(_GIVEN_AWAY.split())
)
"""Suffixes below which strangers have names; a domain of one label is one too."""

_OPEN_HOSTS: Final = (
    "126.com 163.com aol.com duck.com fastmail.com fastmail.fm free.fr freenet.de gmail.com gmx.at gmx.ch gmx.com "
    "gmx.de gmx.net googlemail.com hey.com hotmail.co.uk hotmail.com hotmail.de hotmail.es hotmail.fr hotmail.it "
    "hushmail.com icloud.com inbox.lv laposte.net libero.it live.co.uk live.com live.fr live.nl mac.com mail.com "
    "mail.ru mailbox.org me.com msn.com naver.com orange.fr outlook.com outlook.de outlook.es outlook.fr pm.me "
    "posteo.de proton.me protonmail.ch protonmail.com qq.com rambler.ru rediffmail.com rocketmail.com seznam.cz "
    "sina.com t-online.de tuta.com tuta.io tutanota.com tutanota.de uol.com.br virgilio.it wanadoo.fr web.de wp.pl "
    "yahoo.ca yahoo.co.in yahoo.co.jp yahoo.co.uk yahoo.com yahoo.com.br yahoo.de yahoo.es yahoo.fr yahoo.it "
    "yandex.com yandex.ru ymail.com zoho.com"
)
FREE_MAIL: Final = frozenset(_OPEN_HOSTS.split())
"""Mail hosts where anybody may have a mailbox."""
