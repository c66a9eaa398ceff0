#!/bin/sh
# Rebuilds what is vendored here from the npm packages named in VENDOR.md. Only that needs node and npm;
# nothing else in the project does.
#
#   static/vendor/build.sh                rebuild in place, and write the digests of every file
#   static/vendor/build.sh --check        build in a temporary folder, and fail where anything committed differs
#   static/vendor/build.sh --check-sums   fail where a file is not the one whose digest is committed, or has
#                                         none; and check as above where npm is
set -eu

GOVUK_FRONTEND=6.6.0
PUBLIC_SANS=5.3.0
ROBOTO=5.3.0
SASS=1.108.2
faces="public-sans-latin public-sans-latin-ext public-sans-vietnamese roboto-greek roboto-cyrillic roboto-math"

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "build.sh: $1" >&2
    exit 1
}

# Everything here but this script, the record and the digests themselves, ours included: a change of
# kcc.scss that was not compiled is found where nothing can be compiled.
digests() {
    (cd "$here" && find . -type f ! -name build.sh ! -name VENDOR.md ! -name digests.txt |
        LC_ALL=C sort | xargs sha256sum)
}

case "${1:-}" in
"" | --check) ;;
--check-sums)
    digests | diff "$here/digests.txt" - >&2 || fail "files differ from digests.txt: rebuild, or restore them"
    if ! command -v npm >/dev/null; then
        echo "Left out: building what is vendored anew, which needs npm; every file has its committed digest."
        exit 0
    fi
    ;;
*) fail "does not know $1" ;;
esac

# Each package must be, byte for byte, the one whose SHA-512 VENDOR.md records.
fetch() { # fetch NAME VERSION ARCHIVE FOLDER
    (cd "$work" && npm pack --silent "$1@$2" >/dev/null) || fail "cannot fetch $1 $2 with npm"
    sum=$(sha512sum "$work/$3" | cut -d' ' -f1)
    grep -q "$sum" "$here/VENDOR.md" || fail "$1 $2 has SHA-512 $sum, which VENDOR.md does not record"
    mkdir -p "$work/node_modules/$4"
    tar -xzf "$work/$3" -C "$work/node_modules/$4" --strip-components=1
}

fetch govuk-frontend "$GOVUK_FRONTEND" "govuk-frontend-$GOVUK_FRONTEND.tgz" govuk-frontend
fetch @fontsource/public-sans "$PUBLIC_SANS" "fontsource-public-sans-$PUBLIC_SANS.tgz" public-sans
fetch @fontsource/roboto "$ROBOTO" "fontsource-roboto-$ROBOTO.tgz" roboto
mkdir "$work/sass"
(cd "$work/sass" && npm init -y >/dev/null 2>&1 &&
    npm install --silent --no-audit --no-fund "sass@$SASS" >/dev/null) || fail "cannot install sass $SASS with npm"

out="$work/out"
mkdir -p "$out/fonts"
"$work/sass/node_modules/.bin/sass" --no-source-map --style=compressed --quiet-deps \
    --load-path="$work/node_modules" "$here/kcc.scss" "$out/govuk-frontend.min.css"
# The source map is not vendored, so the line that points to it must go too.
sed '/^\/\/# sourceMappingURL=/d' \
    "$work/node_modules/govuk-frontend/dist/govuk/govuk-frontend.min.js" >"$out/govuk-frontend.min.js"
for face in $faces; do
    for weight in 400 700; do
        cp "$work/node_modules"/*/files/"$face-$weight-normal.woff2" "$out/fonts/"
    done
done
cp "$work/node_modules/public-sans/LICENSE" "$out/fonts/OFL.txt"
cp "$work/node_modules/roboto/LICENSE" "$out/fonts/OFL-Roboto.txt"

differences=0
for file in govuk-frontend.min.css govuk-frontend.min.js $(cd "$out" && ls fonts/*); do
    if [ -n "${1:-}" ]; then
        if ! cmp -s "$out/$file" "$here/$file"; then
            echo "differs: $file" >&2
            differences=$((differences + 1))
        fi
    else
        mkdir -p "$(dirname "$here/$file")"
        cp "$out/$file" "$here/$file"
    fi
done
[ "$differences" -eq 0 ] || fail "$differences file(s) differ from what the packages build"
[ -n "${1:-}" ] || digests >"$here/digests.txt"
echo "build.sh: ${1:-rebuilt} ok"
