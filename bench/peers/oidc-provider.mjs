// oidc-provider as one process: clients that differ in how much work a refresh is, and a back door that mints the first
// refresh tokens, codes and access tokens (a sign-in by browser would be the only other way to get them).
//   node oidc-provider.mjs PORT DIRECTORY es256|default
import { createHash, generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { Provider } from 'oidc-provider';
import { openStore } from './store.mjs';

const [port, directory, profile] = process.argv.slice(2);
const API = 'https://api.example';
const isDefault = profile === 'default';
const algorithm = isDefault ? 'RS256' : 'ES256';

function signingKey() {
  const file = join(directory, `${profile}.jwk`);
  if (!existsSync(file)) {
    const pair = isDefault
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
    writeFileSync(file, JSON.stringify({ ...pair.privateKey.export({ format: 'jwk' }), alg: algorithm, use: 'sig' }));
  }
  return JSON.parse(readFileSync(file, 'utf8'));
}

const client = (client_id) => ({
  client_id,
  client_secret: 'a-secret-of-the-benchmark-that-is-long-enough',
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  redirect_uris: ['https://app.example/cb'],
  response_types: ['code'],
  id_token_signed_response_alg: algorithm,
  token_endpoint_auth_method: 'client_secret_post',
});

const configuration = {
  adapter: openStore(join(directory, `${profile}.sqlite`)),
  clients: ['plain', 'rotating', 'openid', 'rotating-openid'].map(client),
  cookies: { keys: ['a-cookie-key-of-the-benchmark'] },
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    introspection: { enabled: true },
  },
  findAccount: (_context, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
  jwks: { keys: [signingKey()] },
  scopes: ['openid', 'offline_access', 'api'],
  ttl: { AccessToken: 3600, IdToken: 3600, RefreshToken: 2592000, Grant: 2592000 },
};
if (!isDefault) {
  configuration.features.resourceIndicators = {
    enabled: true,
    useGrantedResource: () => true,
    getResourceServerInfo: () => ({
      scope: 'api',
      audience: API,
      accessTokenFormat: 'jwt',
      accessTokenTTL: 3600,
      jwt: { sign: { alg: algorithm } },
    }),
  };
  // Its own rule rotates a confidential client's token only near the end of its life.
  configuration.rotateRefreshToken = (context) => context.oidc.client.clientId.startsWith('rotating');
}

const provider = new Provider(`http://127.0.0.1:${port}`, configuration);

const VERIFIER = 'a-verifier-of-the-benchmark-that-is-long-enough-to-be-one'; // what the load sends
const codeFields = {
  codeChallenge: createHash('sha256').update(VERIFIER).digest('base64url'),
  codeChallengeMethod: 'S256',
  nonce: 'nonce-of-the-benchmark',
  redirectUri: 'https://app.example/cb',
};

async function mint(kind, clientId, count) {
  const owner = await provider.Client.find(clientId);
  const scope = clientId.endsWith('openid') ? 'openid offline_access api' : 'offline_access api';
  const tokens = [];
  for (let index = 0; index < count; index += 1) {
    const accountId = `user-${clientId}-${index}`;
    const grant = new provider.Grant({ accountId, clientId });
    grant.addOIDCScope(scope);
    grant.addResourceScope(API, 'api');
    const grantId = await grant.save();
    const token = new provider[kind]({
      accountId,
      authTime: Math.floor(Date.now() / 1000),
      client: owner,
      grantId,
      gty: 'authorization_code',
      scope,
      ...(kind === 'AuthorizationCode' ? codeFields : {}),
      ...(kind === 'RefreshToken' ? { rotations: 0 } : {}),
      ...(isDefault ? {} : { resource: API }),
    });
    tokens.push(await token.save());
  }
  return tokens;
}

const answer = provider.callback();
createServer((request, response) => {
  if (!request.url.startsWith('/bench/')) {
    answer(request, response);
    return;
  }
  const asked = new URL(request.url, 'http://127.0.0.1').searchParams;
  mint(asked.get('kind'), asked.get('client'), Number(asked.get('count'))).then((tokens) => response.end(JSON.stringify(tokens)));
}).listen(Number(port), '127.0.0.1');
