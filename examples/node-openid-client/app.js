// A web application that keeps its tokens on its own server. The browser holds one cookie, which names a row of `sessions`.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import * as oidc from 'openid-client';

const { ISSUER = 'http://localhost:8000', CLIENT_ID, CLIENT_SECRET, PORT = '3000' } = process.env;
const REDIRECT_URI = process.env.REDIRECT_URI ?? `http://localhost:${PORT}/callback`;
const HOME = new URL('/', REDIRECT_URI).href;

// Plain http is for development on this machine; with an https issuer nothing is relaxed.
const relaxed = ISSUER.startsWith('http:') ? { execute: [oidc.allowInsecureRequests] } : undefined;
const provider = await oidc.discovery(new URL(ISSUER), CLIENT_ID, {}, oidc.ClientSecretBasic(CLIENT_SECRET), relaxed);
const sessions = new Map(); // in production: a database, with an expiry

async function signIn(request, response) {
  const pending = {
    pkceCodeVerifier: oidc.randomPKCECodeVerifier(),
    expectedState: oidc.randomState(),
    expectedNonce: oidc.randomNonce(),
  };
  open(response, { pending });
  const url = oidc.buildAuthorizationUrl(provider, {
    redirect_uri: REDIRECT_URI,
    scope: 'openid email offline_access',
    state: pending.expectedState,
    nonce: pending.expectedNonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(pending.pkceCodeVerifier),
    code_challenge_method: 'S256',
  });
  redirect(response, url.href);
}

async function callback(request, response) {
  const { pending } = close(request);
  if (!pending) return redirect(response, '/');
  // Checks state, nonce, the provider's name (RFC 9207) and the id token before anything is believed.
  const tokens = await oidc.authorizationCodeGrant(provider, new URL(request.url, HOME), { ...pending, idTokenExpected: true });
  const { sub } = tokens.claims();
  const user = await oidc.fetchUserInfo(provider, tokens.access_token, sub);
  open(response, { tokens, user, refreshed: 0 });
  redirect(response, '/');
}

async function refresh(request, response) {
  const session = find(request);
  if (session.tokens) {
    const fresh = await oidc.refreshTokenGrant(provider, session.tokens.refresh_token);
    session.tokens = { ...session.tokens, ...fresh }; // a rotated refresh token takes the old one's place
    session.refreshed += 1;
  }
  redirect(response, '/');
}

async function signOut(request, response) {
  const { tokens } = close(request);
  if (!tokens) return redirect(response, '/');
  const url = oidc.buildEndSessionUrl(provider, { id_token_hint: tokens.id_token, post_logout_redirect_uri: HOME });
  redirect(response, url.href);
}

async function home(request, response) {
  const { user, refreshed } = find(request);
  const body = user
    ? `<h1>Signed in</h1>
       <dl><dt>Email<dd id="email">${escape(user.email)}<dt>Subject<dd id="subject">${escape(user.sub)}
       <dt>Refreshes<dd id="refreshes">${refreshed}</dl>
       <form method="post" action="/refresh"><button>Refresh</button></form>
       <form method="post" action="/sign-out"><button>Sign out</button></form>`
    : '<h1>Signed out</h1><form method="post" action="/sign-in"><button>Sign in</button></form>';
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.end(`<!doctype html><html lang="en"><title>Example</title><link rel="icon" href="data:,">${body}</html>`);
}

// --- the browser's session -------------------------------------------------------------------------------------------

const idOf = (request) => /(?:^|; )session=([^;]+)/.exec(request.headers.cookie ?? '')?.[1];
const find = (request) => sessions.get(idOf(request)) ?? {};

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

// --- plumbing --------------------------------------------------------------------------------------------------------

const escape = (text) => String(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

function redirect(response, location) {
  response.writeHead(303, { location }).end();
}

const routes = {
  'GET /': home,
  'POST /sign-in': signIn,
  'GET /callback': callback,
  'POST /refresh': refresh,
  'POST /sign-out': signOut,
};

createServer(async (request, response) => {
  const route = routes[`${request.method} ${new URL(request.url, HOME).pathname}`];
  try {
    if (route) await route(request, response);
    else response.writeHead(404).end('Not found');
  } catch (error) {
    console.error(error);
    response.writeHead(502, { 'content-type': 'text/plain' }).end(`Sign-in failed: ${error.code ?? error.message}`);
  }
}).listen(Number(PORT), '127.0.0.1', () => console.log(`Open ${HOME}`));
