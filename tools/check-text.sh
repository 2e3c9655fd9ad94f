#!/bin/sh
# SPDX-License-Identifier: MIT
# Checks what a compiler does not: licence lines, places that exist on one
# machine only, notes to oneself, functions that got too long.
set -eu
cd "$(dirname "$0")/.."
status=0
most_lines=100 # of a function; above `many_lines` it is listed
many_lines=80

files=$(git ls-files --cached --others --exclude-standard 2>/dev/null || find . -type f -not -path './build/*')
# What others wrote, and this file, which names what it looks for.
texts=$(printf '%s\n' "$files" | grep -vE '^(\./)?(tests/data/|fuzz/corpus/|tools/check-text\.sh$)')
sources=$(printf '%s\n' "$texts" | grep -E '\.(c|h|cc)$')

# fail WHAT LINES: nothing if there are no lines.
fail() {
    [ -n "$2" ] || return 0
    printf '%s:\n%s\n' "$1" "$2" | sed '2,$s/^/  /' >&2
    status=1
}

existing() {
    for file; do
        [ ! -f "$file" ] || printf '%s\n' "$file"
    done
}
texts=$(existing $texts)
sources=$(existing $sources)

fail 'no licence line at the top' "$(for file in $sources; do
    head -1 "$file" | grep -q 'SPDX-License-Identifier: MIT' || echo "$file"
done)"
fail 'a place that other machines do not have' "$(grep -nIE '(^|[^[:alnum:]_.$}/-])/(work|home|tmp|root|Users)([^[:alnum:]_-]|$)' $texts)"
fail 'a note to oneself; file an issue instead' "$(grep -nIwE 'TODO|FIXME|XXX|HACK' $texts)"

fail 'a line of more than 120 columns' "$(awk 'length > 120 { print FILENAME ":" FNR }' $sources)"

functions=$(awk '
    FNR == 1 { start = 0 }
    /^\{/ { start = FNR; name = before }
    /^\}/ && start { print FNR - start + 1, FILENAME ":" start ": " name; start = 0 }
    !/^ / { before = $0 }
' $sources | sort -rn)
fail "functions of more than $most_lines lines" "$(printf '%s\n' "$functions" | awk -v most=$most_lines '$1 > most')"
printf '%s\n' "$functions" | awk -v many=$many_lines -v most=$most_lines '$1 > many && $1 <= most { print "long: " $0 }'
[ $status != 0 ] || echo "$(printf '%s\n' "$texts" | wc -l) files are fine, with $(printf '%s\n' "$functions" | wc -l) functions"
exit $status
