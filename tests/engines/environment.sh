# Sourced by the scripts of engines that come as Python wheels: `environment NAME PACKAGE==VERSION…` makes a virtual environment with them below
# target/, once, and gives its Python.
environment() {
  local name=$1 folder
  shift
  folder=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/target/engines/$name-$(printf '%s\n' "$@" | cksum | cut -d ' ' -f 1)
  if [ ! -e "$folder/complete" ]; then
    rm -rf "$folder"
    python3 -m venv "$folder"
    "$folder/bin/python3" -m pip --quiet --disable-pip-version-check install "$@" >&2
    touch "$folder/complete"
  fi
  printf '%s\n' "$folder/bin/python3"
}
