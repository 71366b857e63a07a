package example;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.util.Objects;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.client.OAuth2AuthorizeRequest;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.HtmlUtils;

/** What the browser sees; Spring Security itself answers /oauth2/authorization/gatepass, /callback and /logout. */
@RestController
class Pages {
    private static final String PAGE =
            "<!doctype html><html lang=\"en\"><title>Example</title><link rel=\"icon\" href=\"data:,\">%s</html>";
    private static final String SIGNED_OUT = "<h1>Signed out</h1><a href=\"/oauth2/authorization/gatepass\">Sign in</a>";
    private static final String SIGNED_IN = """
            <h1>Signed in</h1>
            <dl><dt>Email<dd id="email">%s<dt>Subject<dd id="subject">%s<dt>Refreshes<dd id="refreshes">%s</dl>
            <form method="post" action="/refresh">%4$s<button>Refresh</button></form>
            <form method="post" action="/logout">%4$s<button>Sign out</button></form>""";

    private final OAuth2AuthorizedClientManager refresher;

    Pages(OAuth2AuthorizedClientManager refresher) {
        this.refresher = refresher;
    }

    @GetMapping(path = "/", produces = "text/html")
    String home(@AuthenticationPrincipal OidcUser user, CsrfToken csrf, HttpSession session) {
        if (user == null) {
            return PAGE.formatted(SIGNED_OUT);
        }
        var hidden = "<input type=\"hidden\" name=\"%s\" value=\"%s\">".formatted(csrf.getParameterName(), csrf.getToken());
        var email = HtmlUtils.htmlEscape(Objects.toString(user.getEmail()));
        var subject = HtmlUtils.htmlEscape(user.getSubject());
        return PAGE.formatted(SIGNED_IN.formatted(email, subject, refreshes(session), hidden));
    }

    @PostMapping("/refresh")
    ResponseEntity<Void> refresh(Authentication who, HttpServletRequest request, HttpServletResponse response) {
        var asked = OAuth2AuthorizeRequest.withClientRegistrationId("gatepass")
                .principal(who)
                .attribute(HttpServletRequest.class.getName(), request)
                .attribute(HttpServletResponse.class.getName(), response)
                .build();
        Objects.requireNonNull(refresher.authorize(asked));
        request.getSession().setAttribute("refreshes", refreshes(request.getSession()) + 1);
        return ResponseEntity.status(HttpStatus.SEE_OTHER).header("Location", "/").build();
    }

    private static int refreshes(HttpSession session) {
        return (Integer) Objects.requireNonNullElse(session.getAttribute("refreshes"), 0);
    }
}
