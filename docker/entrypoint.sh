#!/bin/sh
# `start` in a container: prepares Mattermost first where it may (administrator's token, else local-mode socket), then becomes Vigie.
# Any other subcommand is run as it is: docker compose exec vigie /app/docker/entrypoint.sh status
set -eu

provision() {
  # Once provisioned, Vigie starts without Mattermost too: webhooks must come in during its outage.
  grep -qs '^MATTERMOST_TOKEN=.' .env || node /app/docker/first-run.mjs
  node /app/src/main.ts provision "$@" || echo 'vigie provision: see above; starting all the same' >&2
}

if [ "${1:-start}" = start ]; then
  if [ -n "${MATTERMOST_ADMIN_TOKEN:-}" ]; then
    unset MATTERMOST_LOCAL_SOCKET
    provision
  elif [ -z "${MATTERMOST_TOKEN:-}" ] && [ -n "${MATTERMOST_LOCAL_SOCKET:-}" ]; then
    provision --local-socket "$MATTERMOST_LOCAL_SOCKET"
  fi
  # Only needed to provision; the running process is not to know it.
  unset MATTERMOST_ADMIN_TOKEN
fi
exec node /app/src/main.ts "$@"
