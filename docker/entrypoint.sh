#!/bin/sh
# Runs a command as the user PUID:PGID with the umask UMASK.
#
# Started as root, the usual case, it makes the two folders writable for that user and gives up root for good.
# Started as somebody else (`user:` in compose, Kubernetes) it only sets the umask: that user owns the folders already.
set -eu

refuse() {
  echo "passerelle: $1" >&2
  exit 2
}

PUID=${PUID:-1000}
PGID=${PGID:-1000}
UMASK=${UMASK:-022}
case $PUID in *[!0-9]*) refuse "PUID is '$PUID'; it must be a user number such as 1000" ;; esac
case $PGID in *[!0-9]*) refuse "PGID is '$PGID'; it must be a group number such as 1000" ;; esac
case $UMASK in *[!0-7]* | ?????*) refuse "UMASK is '$UMASK'; it must be an octal number such as 022" ;; esac
umask "$UMASK"
data=${PASSERELLE_DATA_DIR:-/data}
# What Node has compiled is kept there for the next start, which takes half the time: all else is read-only here.
export NODE_COMPILE_CACHE="${NODE_COMPILE_CACHE:-$data/compile}"

# The key from the folder of secrets, unless the environment has one: the file itself is mounted there, or a folder with it.
secret=${SECRETS:-/run/secrets}/fichier_api_key
[ -d "$secret" ] && secret=$secret/fichier_api_key
if [ -z "${FICHIER_API_KEY:-}${FICHIER_API_KEY_FILE:-}" ] && [ -f "$secret" ]; then
  export FICHIER_API_KEY_FILE="$secret"
fi

if [ "$(id -u)" -ne 0 ]; then
  exec "$@"
fi

library=${PASSERELLE_LIBRARY_DIR:-/library}
# The data folder is ours alone, so it follows a changed PUID as a whole.
if [ -d "$data" ] && [ "$(stat -c %u:%g "$data")" != "$PUID:$PGID" ]; then
  chown -R -h "$PUID:$PGID" "$data"
fi
# The library may lie beside files of other people: only a new, empty folder changes hands.
if [ -d "$library" ] && [ -z "$(ls -A "$library")" ]; then
  chown "$PUID:$PGID" "$library"
fi
exec setpriv --reuid "$PUID" --regid "$PGID" --clear-groups --inh-caps=-all --no-new-privs -- "$@"
