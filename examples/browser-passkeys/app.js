// A page of an application's own that signs people in over the API: by a code first, then by a passkey.
const { startAuthentication, startRegistration } = globalThis.SimpleWebAuthnBrowser;
const { issuer, clientId } = await (await fetch('/settings.json')).json();
const base = `${issuer}/api/v1/auth/passwordless`;
let state = '';
let accessToken = '';

function show(id, text) {
  document.getElementById(id).textContent = text;
}

/** Calls the API and returns what it answers; a refusal says in a sentence what to do. */
async function call(path, { body, query = {}, token } = {}) {
  const address = `${base}${path}?${new URLSearchParams({ client_id: clientId, ...query })}`;
  const headers = { ...(body && { 'content-type': 'application/json' }), ...(token && { authorization: `Bearer ${token}` }) };
  const answer = await fetch(address, { method: body ? 'POST' : 'GET', headers, body: body && JSON.stringify(body) });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.message ?? `status ${answer.status}`);
  return said;
}

function signedIn(answer, by) {
  accessToken = (answer.data ?? answer).access_token;
  show('token', accessToken);
  show('by', by);
}

/** Lets a step say what went wrong instead of failing without a word. */
function doing(step) {
  return (event) => {
    event.preventDefault();
    show('problem', '');
    step(event.target).catch((error) => show('problem', error.message));
  };
}

async function add() {
  const begun = await call('/passkey/register', { token: accessToken });
  const made = await startRegistration({ optionsJSON: begun.publicKey });
  const kept = await call('/passkey/register', { token: accessToken, query: { auth_code: begun.auth_code }, body: made });
  show('passkey', kept.id);
}

async function use() {
  const begun = await call('/passkey/login');
  const signed = await startAuthentication({ optionsJSON: begun.publicKey });
  signedIn(await call('/passkey/login', { query: { auth_code: begun.auth_code }, body: signed }), 'passkey');
}

document.getElementById('ask').addEventListener('submit', doing(async (form) => {
  const answer = await call('/email-otp/send', { body: { email: form.email.value } });
  ({ state } = answer.data ?? answer);
}));
document.getElementById('prove').addEventListener('submit', doing(async (form) => {
  signedIn(await call('/email-otp/verify', { body: { state, otp: form.code.value } }), 'code');
}));
document.getElementById('add').addEventListener('click', doing(add));
document.getElementById('use').addEventListener('click', doing(use));
