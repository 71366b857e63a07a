// A single-page application: a public client with PKCE, no secret and no server of its own that would hold tokens.
import { UserManager, WebStorageStateStore } from 'oidc-client-ts';

const settings = await (await fetch('/settings.json')).json();
const home = new URL('/', settings.redirectUri).href;

const manager = new UserManager({
  authority: settings.issuer,
  client_id: settings.clientId,
  redirect_uri: settings.redirectUri,
  post_logout_redirect_uri: home,
  scope: 'openid email offline_access', // offline_access: renewing takes a refresh token instead of a hidden frame
  loadUserInfo: true,
  automaticSilentRenew: true,
  userStore: new WebStorageStateStore({ store: window.sessionStorage }), // gone with the tab
});

const element = (id) => document.getElementById(id);
let refreshes = 0;

function show(user) {
  element('signed-in').hidden = !user;
  element('signed-out').hidden = Boolean(user);
  element('email').textContent = user?.profile.email ?? '';
  element('subject').textContent = user?.profile.sub ?? '';
  element('refreshes').textContent = String(refreshes);
}

// Whatever goes wrong is said on the page, not only in the console.
const attempt = (action) => () => action().catch((error) => { element('problem').textContent = String(error); });

element('sign-in').addEventListener('click', attempt(() => manager.signinRedirect()));

element('refresh').addEventListener('click', attempt(async () => {
  const user = await manager.signinSilent();
  refreshes += 1;
  show(user);
}));

element('sign-out').addEventListener('click', attempt(() => manager.signoutRedirect()));

await attempt(async () => {
  if (location.pathname === new URL(settings.redirectUri).pathname) {
    await manager.signinRedirectCallback(); // checks state and nonce, exchanges the code, asks for the user's claims
    history.replaceState(null, '', home); // the code is spent; it need not stand in the address bar
  }
  show(await manager.getUser());
})();
