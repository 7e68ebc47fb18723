# Sourced by the scripts of engines that come as Python wheels: `environment NAME PACKAGE==VERSION…` makes a virtual environment with them below
# target/, once, and gives its Python.
environment() {
  local name=$1 folder
  shift
  folder=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/target/engines/$name-$(printf '%s\n' "$@" | cksum | cut -d ' ' -f 1)
  if [ ! -e "$folder/complete" ]; then
    rm -rf "$folder"
    if ! python3 -m venv "$folder" >/dev/null 2>&1; then
      # Debian keeps it in a package of its own.
      apt-get update -qq >&2
      DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends python3-venv >/dev/null
      python3 -m venv --clear "$folder"
    fi
    "$folder/bin/python3" -m pip --quiet --disable-pip-version-check install "$@" >&2
    touch "$folder/complete"
  fi
  printf '%s\n' "$folder/bin/python3"
}
