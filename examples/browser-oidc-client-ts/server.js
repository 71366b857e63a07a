// Serves the page, its script and the two libraries, and tells the page whose client it is. It takes no part in signing in.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const { ISSUER = 'http://localhost:8000', CLIENT_ID, PORT = '3000' } = process.env;
const REDIRECT_URI = process.env.REDIRECT_URI ?? `http://localhost:${PORT}/callback`;

const library = (name) => fileURLToPath(import.meta.resolve(name));
const file = (name) => fileURLToPath(new URL(name, import.meta.url));
const html = 'text/html; charset=utf-8';
const script = 'text/javascript; charset=utf-8';
const files = {
  '/': [file('index.html'), html],
  '/callback': [file('index.html'), html],
  '/app.js': [file('app.js'), script],
  '/oidc-client-ts.js': [library('oidc-client-ts'), script],
  '/jwt-decode.js': [library('jwt-decode'), script],
};

createServer(async (request, response) => {
  const path = new URL(request.url, REDIRECT_URI).pathname;
  if (path === '/settings.json') {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ issuer: ISSUER, clientId: CLIENT_ID, redirectUri: REDIRECT_URI }));
  } else if (files[path]) {
    const [name, type] = files[path];
    response.setHeader('content-type', type);
    response.end(await readFile(name));
  } else {
    response.writeHead(404).end('Not found');
  }
}).listen(Number(PORT), '127.0.0.1', () => console.log(`Open ${new URL('/', REDIRECT_URI).href}`));
