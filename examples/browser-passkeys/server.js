// Serves the page, its script and the library, and tells the page whose client it is. It takes no part in signing in.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const { ISSUER = 'http://localhost:8000', CLIENT_ID, PORT = '3000' } = process.env;

const file = (name) => fileURLToPath(new URL(name, import.meta.url));
const script = 'text/javascript; charset=utf-8';
const files = {
  '/': [file('index.html'), 'text/html; charset=utf-8'],
  '/app.js': [file('app.js'), script],
  '/simplewebauthn.js': [file('node_modules/@simplewebauthn/browser/dist/bundle/index.umd.min.js'), script],
};

createServer(async (request, response) => {
  const path = new URL(request.url, 'http://localhost').pathname;
  if (path === '/settings.json') {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ issuer: ISSUER, clientId: CLIENT_ID }));
  } else if (files[path]) {
    const [name, type] = files[path];
    response.setHeader('content-type', type);
    response.end(await readFile(name));
  } else {
    response.writeHead(404).end('Not found');
  }
}).listen(Number(PORT), '127.0.0.1', () => console.log(`Open http://localhost:${PORT}/`));
