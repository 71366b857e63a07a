#!/bin/sh
# Starts Apache in the foreground with this folder's configuration; Ctrl-C stops it.
set -eu
: "${CLIENT_ID:?name the application: CLIENT_ID}" "${CLIENT_SECRET:?give its secret: CLIENT_SECRET}"
PAGES=$(cd "$(dirname "$0")" && pwd)/pages
export PAGES
export ISSUER="${ISSUER:-http://localhost:8000}" PORT="${PORT:-3000}"
export REDIRECT_URI="${REDIRECT_URI:-http://localhost:$PORT/callback}"
export HOME_URL="${REDIRECT_URI%callback}"
# Encrypts the sessions; in production a fixed one, so that they outlive a restart.
export SESSION_KEY="${SESSION_KEY:-$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')}"
# Fresh tokens are fetched when the old ones have this many seconds left.
export REFRESH_BEFORE="${REFRESH_BEFORE:-60}"
APACHE_RUN_DIR=${APACHE_RUN_DIR:-$(mktemp -d)}
export APACHE_RUN_DIR
echo "Open $HOME_URL"
exec apache2 -f "$(dirname "$PAGES")/apache.conf" -D FOREGROUND
