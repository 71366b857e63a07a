// better-auth as one process: magic links whose mail is a variable, the JWT plugin for its key set, SQLite in WAL with
// better-sqlite3's own default for it (synchronous=NORMAL), and a back door that hands over the links "sent" so far.
//   node better-auth.mjs PORT DIRECTORY
import { createServer } from 'node:http';
import { join } from 'node:path';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { toNodeHandler } from 'better-auth/node';
import { jwt, magicLink } from 'better-auth/plugins';
import Database from 'better-sqlite3';

const [port, directory] = process.argv.slice(2);
const database = new Database(join(directory, 'better-auth.sqlite'));
database.pragma('journal_mode = WAL');
let links = [];

const options = {
  baseURL: `http://127.0.0.1:${port}`,
  database,
  logger: { disabled: true },
  plugins: [
    magicLink({ storeToken: 'hashed', sendMagicLink: async ({ email, token }) => void links.push([email, token]) }),
    jwt({ jwks: { keyPairConfig: { alg: 'ES256' } } }),
  ],
  rateLimit: { enabled: false },
  secret: 'a-secret-of-the-benchmark-that-is-long-enough',
  telemetry: { enabled: false },
};
const { toBeCreated, runMigrations } = await getMigrations(options);
if (toBeCreated.length > 0) await runMigrations();
const answer = toNodeHandler(betterAuth(options));

createServer((request, response) => {
  if (!request.url.startsWith('/bench/')) {
    answer(request, response);
    return;
  }
  response.end(JSON.stringify(links));
  links = [];
}).listen(Number(port), '127.0.0.1');
