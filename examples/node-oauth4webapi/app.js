// A web application with the strictest profile: it pushes its request (PAR, RFC 9126), proves itself with a private key
// (private_key_jwt, RFC 7523), and binds every token to a key of its own (DPoP, RFC 9449).
import { createPrivateKey, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import * as oauth from 'oauth4webapi';

const { ISSUER = 'http://localhost:8000', CLIENT_ID, PRIVATE_KEY = 'private-key.pem', PORT = '3000' } = process.env;
const REDIRECT_URI = process.env.REDIRECT_URI ?? `http://localhost:${PORT}/callback`;
const HOME = new URL('/', REDIRECT_URI).href;

const issuer = new URL(ISSUER);
// Plain http is for development on this machine; with an https issuer nothing is relaxed.
const insecure = { [oauth.allowInsecureRequests]: issuer.protocol === 'http:' };
const provider = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
const client = { client_id: CLIENT_ID };
const identity = oauth.PrivateKeyJwt(await privateKey(PRIVATE_KEY));
const sessions = new Map(); // in production: a database, with an expiry

async function privateKey(file) {
  const jwk = createPrivateKey(readFileSync(file)).export({ format: 'jwk' });
  return crypto.subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
}

// A DPoP-bound request; a provider that asks for its own nonce gets it with the second try.
async function bound(send, process) {
  try {
    return await process(await send());
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error;
    return process(await send());
  }
}

async function signIn(request, response) {
  const pending = { verifier: oauth.generateRandomCodeVerifier(), state: oauth.generateRandomState(), nonce: oauth.generateRandomNonce() };
  const DPoP = oauth.DPoP(client, await oauth.generateKeyPair('ES256'));
  const parameters = {
    response_type: 'code',
    redirect_uri: REDIRECT_URI,
    scope: 'openid email offline_access',
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(pending.verifier),
    code_challenge_method: 'S256',
  };
  const pushed = await bound(
    () => oauth.pushedAuthorizationRequest(provider, client, identity, parameters, { DPoP, ...insecure }),
    (answer) => oauth.processPushedAuthorizationResponse(provider, client, answer),
  );
  open(response, { pending, DPoP });
  const url = new URL(provider.authorization_endpoint);
  url.search = new URLSearchParams({ client_id: CLIENT_ID, request_uri: pushed.request_uri });
  redirect(response, url.href);
}

async function callback(request, response) {
  const { pending, DPoP } = close(request);
  if (!pending) return redirect(response, '/');
  const granted = oauth.validateAuthResponse(provider, client, new URL(request.url, HOME), pending.state);
  const options = { DPoP, ...insecure };
  const tokens = await bound(
    () => oauth.authorizationCodeGrantRequest(provider, client, identity, granted, REDIRECT_URI, pending.verifier, options),
    (answer) => oauth.processAuthorizationCodeResponse(provider, client, answer, { expectedNonce: pending.nonce, requireIdToken: true }),
  );
  const { sub } = oauth.getValidatedIdTokenClaims(tokens);
  const user = await userinfo(tokens.access_token, sub, DPoP);
  open(response, { tokens, user, DPoP, refreshed: 0 });
  redirect(response, '/');
}

function userinfo(accessToken, sub, DPoP) {
  return bound(
    () => oauth.userInfoRequest(provider, client, accessToken, { DPoP, ...insecure }),
    (answer) => oauth.processUserInfoResponse(provider, client, sub, answer),
  );
}

async function refresh(request, response) {
  const session = find(request);
  if (session.tokens) {
    const { DPoP, tokens, user } = session;
    const fresh = await bound(
      () => oauth.refreshTokenGrantRequest(provider, client, identity, tokens.refresh_token, { DPoP, ...insecure }),
      (answer) => oauth.processRefreshTokenResponse(provider, client, answer),
    );
    session.tokens = { ...tokens, ...fresh }; // a rotated refresh token takes the old one's place
    session.user = await userinfo(fresh.access_token, user.sub, DPoP);
    session.refreshed += 1;
  }
  redirect(response, '/');
}

async function signOut(request, response) {
  const { tokens } = close(request);
  if (!tokens) return redirect(response, '/');
  const url = new URL(provider.end_session_endpoint);
  url.search = new URLSearchParams({ id_token_hint: tokens.id_token, client_id: CLIENT_ID, post_logout_redirect_uri: HOME });
  redirect(response, url.href);
}

async function home(request, response) {
  const { user, tokens, refreshed } = find(request);
  const body = user
    ? `<h1>Signed in</h1>
       <dl><dt>Email<dd id="email">${escape(user.email)}<dt>Subject<dd id="subject">${escape(user.sub)}
       <dt>Token type<dd id="token-type">${escape(tokens.token_type)}<dt>Refreshes<dd id="refreshes">${refreshed}</dl>
       <form method="post" action="/refresh"><button>Refresh</button></form>
       <form method="post" action="/sign-out"><button>Sign out</button></form>`
    : '<h1>Signed out</h1><form method="post" action="/sign-in"><button>Sign in</button></form>';
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.end(`<!doctype html><html lang="en"><title>Example</title><link rel="icon" href="data:,">${body}</html>`);
}

const idOf = (request) => /(?:^|; )session=([^;]+)/.exec(request.headers.cookie ?? '')?.[1];
const find = (request) => sessions.get(idOf(request)) ?? {};
const escape = (text) => String(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
const redirect = (response, location) => response.writeHead(303, { location }).end();

// Each step of a sign-in opens a new session under a new name, so a planted cookie is worth nothing.
function open(response, session) {
  const id = randomUUID();
  sessions.set(id, session);
  const secure = HOME.startsWith('https:') ? '; Secure' : '';
  response.setHeader('set-cookie', `session=${id}; HttpOnly; SameSite=Lax; Path=/${secure}`);
}

function close(request) {
  const session = find(request);
  sessions.delete(idOf(request));
  return session;
}

const routes = { 'GET /': home, 'POST /sign-in': signIn, 'GET /callback': callback, 'POST /refresh': refresh, 'POST /sign-out': signOut };

createServer(async (request, response) => {
  const route = routes[`${request.method} ${new URL(request.url, HOME).pathname}`];
  try {
    if (route) await route(request, response);
    else response.writeHead(404).end('Not found');
  } catch (error) {
    console.error(error);
    response.writeHead(502, { 'content-type': 'text/plain' }).end(`Sign-in failed: ${error.error ?? error.message}`);
  }
}).listen(Number(PORT), '127.0.0.1', () => console.log(`Open ${HOME}`));
