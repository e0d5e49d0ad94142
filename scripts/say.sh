# Sourced by the other scripts: how they speak.

say() {
  printf 'corral: %s\n' "$*"
}

# fail WHAT WHY NEXT: says what happened, what it means and what to do next, and ends the script.
fail() {
  printf 'corral: %s\n        %s\n        %s\n' "$1" "$2" "$3" >&2
  exit 1
}
