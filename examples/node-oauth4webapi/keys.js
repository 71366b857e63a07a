// Makes the application's key pair: private-key.pem stays here, public-keys.json is what the provider is told.
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
writeFileSync('private-key.pem', privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
const key = { ...publicKey.export({ format: 'jwk' }), use: 'sig', alg: 'ES256' };
writeFileSync('public-keys.json', JSON.stringify({ keys: [key] }));
