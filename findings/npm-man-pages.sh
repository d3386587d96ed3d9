#!/usr/bin/env bash
# Believed: `"man": "page.1"` in package.json gives a package that is installed with -g a manual page, as an array of
# files does: npm's documentation of package.json has both forms, and says nothing of other conditions.
# Seen: npm links the page of an array only, and only for a package that has a command (`bin`) too. In the other cases it
# installs the package, links nothing and says nothing.
#
# Exits 1 when that changes. Needs npm, which fetches the pinned npm.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder/own" npm@11.19.1
npm=$folder/own/node_modules/.bin/npm

# Installs a package with such lines in its package.json, and prints the manual pages that there are then.
pages_of() {
  local package=$folder/package prefix=$folder/prefix
  rm -rf "$package" "$prefix" && mkdir "$package"
  echo '.TH PAGE 1' >"$package/page.1"
  printf '#!/bin/sh\n' >"$package/command.sh"
  echo "{\"name\":\"a-page\",\"version\":\"1.0.0\",$1}" >"$package/package.json"
  (cd "$package" && "$npm" pack --silent >/dev/null)
  npm_config_prefix=$prefix "$npm" install -g --silent --offline --no-audit --no-fund "$package/a-page-1.0.0.tgz"
  [ -e "$prefix/lib/node_modules/a-page/page.1" ] || { echo 'the package was not installed' >&2; exit 1; }
  find "$prefix" -path '*/man/*' -name 'page.1' | wc -l | tr -d ' '
}

command='"bin":{"a-page":"command.sh"}'
text=$(pages_of "$command,\"man\":\"page.1\"")
array=$(pages_of "$command,\"man\":[\"page.1\"]")
alone=$(pages_of '"man":["page.1"]')

echo "npm $("$npm" --version)"
echo 'believed: 1 page with man as a text, 1 as an array, 1 as an array without a command'
echo "seen: $text page(s) with man as a text, $array as an array, $alone as an array without a command"
if [ "$text $array $alone" != '0 1 0' ]; then
  echo 'changed since this was written'
  exit 1
fi
