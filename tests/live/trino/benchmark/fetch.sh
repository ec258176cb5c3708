# shellcheck shell=bash
# Read by the bench scripts: fetches clients once, with their own package managers.

say() { echo "bench: $*" >&2; }

# What is fetched is made aside and then renamed: an interrupted one is begun anew.
fetch()
{
    local to=$1 log=$1.log
    shift
    [ ! -e "$to" ] || return 0
    say "fetching ${to##*/} (once)"
    rm -rf "$to.partial"
    "$@" "$to.partial" >"$log" 2>&1 || {
        tail -n 20 "$log" >&2
        say "fetching failed; all of it is in $log"
        exit 1
    }
    mv "$to.partial" "$to"
}
