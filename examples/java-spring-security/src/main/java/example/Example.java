package example;

import java.time.Duration;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientProviderBuilder;
import org.springframework.security.oauth2.client.oidc.web.logout.OidcClientInitiatedLogoutSuccessHandler;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizedClientRepository;
import org.springframework.security.web.SecurityFilterChain;

/** A web application that signs people in with Spring Security; application.yaml says where. */
@SpringBootApplication
public class Example {
    public static void main(String[] arguments) {
        SpringApplication.run(Example.class, arguments);
    }

    /** Everybody may see the first page; signing out here signs out at the provider too. */
    @Bean
    SecurityFilterChain security(HttpSecurity http, ClientRegistrationRepository clients) {
        var atTheProvider = new OidcClientInitiatedLogoutSuccessHandler(clients);
        atTheProvider.setPostLogoutRedirectUri("{baseUrl}/");
        return http
                .authorizeHttpRequests(requests -> requests.requestMatchers("/").permitAll().anyRequest().authenticated())
                .oauth2Login(login -> login.redirectionEndpoint(endpoint -> endpoint.baseUri("/callback")))
                .logout(logout -> logout.logoutSuccessHandler(atTheProvider))
                .build();
    }

    /** Spring refreshes by itself what has nearly run out; this one takes every token for that, so that it can be seen. */
    @Bean
    OAuth2AuthorizedClientManager refresher(ClientRegistrationRepository clients, OAuth2AuthorizedClientRepository tokens) {
        var manager = new DefaultOAuth2AuthorizedClientManager(clients, tokens);
        manager.setAuthorizedClientProvider(OAuth2AuthorizedClientProviderBuilder.builder()
                .refreshToken(refresh -> refresh.clockSkew(Duration.ofDays(1)))
                .build());
        return manager;
    }
}
