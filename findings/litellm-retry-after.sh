#!/usr/bin/env bash
# Believed: a gateway that refuses a call by a rate limit of its own says when to come back in Retry-After
# (RFC 9110, section 10.2.3; RFC 6585, section 4), where every client looks for it.
# Seen: LiteLLM's proxy sends the wait as `llm_provider-retry-after` alone, although it asked no provider at all:
# the refusal is the proxy's own. There is no Retry-After, so clients fall back to a wait of their own making, which
# is seconds where the proxy knows of a minute.
#
# Exits 1 when it sends it in another way. Needs python3 with venv, pip's index and curl; the model is a mock of
# LiteLLM's, nothing is asked but 127.0.0.1.
set -euo pipefail

folder=$(mktemp -d)
proxy=
trap '[ -z "$proxy" ] || kill "$proxy" 2>/dev/null || true; wait; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: 'litellm[proxy]==1.108.7'
cat >"$folder/litellm.yaml" <<'YAML'
model_list:
  - model_name: limited
    litellm_params: { model: openai/any, api_key: none, mock_response: fine, rpm: 1 }
general_settings: { master_key: sk-of-the-proxy }
router_settings: { num_retries: 0, optional_pre_call_checks: [enforce_model_rate_limits] }
YAML
port=$("$folder/venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cd "$folder"
# Else it looks prices up on the web when it starts.
LITELLM_LOCAL_MODEL_COST_MAP=True HOME="$folder" "$folder/venv/bin/litellm" --config litellm.yaml \
  --host 127.0.0.1 --port "$port" --telemetry False >"$folder/log" 2>&1 &
proxy=$!
until curl --silent --fail --output /dev/null "http://127.0.0.1:$port/health/liveliness"; do
  kill -0 "$proxy" 2>/dev/null || { cat "$folder/log"; exit 1; }
  sleep 0.2
done

# Two calls would do; the third is for a minute that ends between them.
for call in 1 2 3; do
  curl --silent --dump-header "$folder/headers.$call" --output /dev/null \
    --header 'Authorization: Bearer sk-of-the-proxy' --header 'Content-Type: application/json' \
    --data '{"model":"limited","messages":[{"role":"user","content":"x"}]}' \
    "http://127.0.0.1:$port/v1/chat/completions"
done
refused=$(grep -l '^HTTP/1.1 429' headers.* | head -n 1 || true)
echo "litellm $("$folder/venv/bin/python" -c 'from importlib.metadata import version; print(version("litellm"))')"
echo 'believed: 429 with Retry-After'
if [ -z "$refused" ]; then
  echo 'seen: no call was refused'
  exit 1
fi
echo "seen: $(tr -d '\r' <"$refused" | grep -i -E '^HTTP|retry-after' | paste -s -d ';')"
if grep -qi '^retry-after:' "$refused" || ! grep -qi '^llm_provider-retry-after: *[0-9]' "$refused"; then
  echo 'changed since this was written'
  exit 1
fi
