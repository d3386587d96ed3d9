#!/usr/bin/env bash
# How often LlamaIndex asks a model for one row, where it may try again `max_retries` times.
# Believed: one try and `max_retries` more; 4 calls at most by its own default of 3.
# Seen: the number is handed on to OpenAI's client, which makes n + 1 calls, and again to a loop around that client, which
# makes n rounds: n × (n + 1) calls, 12 by default. With `OpenAIEmbedding`, whose default is 10, it comes to 110. A busy
# service is asked more while it is busy, and a model that takes longer than the client waits is paid for each of the
# 12 answers that nobody reads. `max_retries=1` makes the two calls that one expects.
# Exits 1 when that changes. Needs python3 with venv and pip's index; it installs for a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check --only-binary :all: llama-index-core==0.14.25 \
  llama-index-llms-openai==0.8.3 llama-index-embeddings-openai==0.7.0 openai==2.54.0
venv/bin/python -c 'from importlib.metadata import version
print(*(f"{name} {version(name)}" for name in ("llama-index-llms-openai", "llama-index-embeddings-openai", "openai")))'
cat > ask.py <<'PY'
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from llama_index.embeddings.openai import OpenAIEmbedding
from llama_index.llms.openai import OpenAI

calls = 0
takes = 0


class Service(BaseHTTPRequestHandler):
    def do_POST(self):
        global calls
        calls += 1
        self.rfile.read(int(self.headers["content-length"]))
        time.sleep(takes)
        self.send_response(503)
        self.send_header("retry-after-ms", "1")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Quiet(ThreadingHTTPServer):
    def handle_error(self, *_):
        """A client that waits no longer is none of the service's errors."""


service = Quiet(("127.0.0.1", 0), Service)
threading.Thread(target=service.serve_forever, daemon=True).start()
access = {"api_base": f"http://127.0.0.1:{service.server_port}/v1", "api_key": "the-key"}


def ask(name, call):
    global calls
    calls = 0
    try:
        call()
    except Exception as error:
        print(f"{name}: {calls} calls, {type(error).__name__}")


for retries in (0, 1, 2):
    ask(f"OpenAI, max_retries={retries}", lambda: OpenAI("gpt-4.1", max_retries=retries, **access).complete("lamp"))
ask("OpenAI, by default", lambda: OpenAI("gpt-4.1", **access).complete("lamp"))
embedding = OpenAIEmbedding(max_retries=3, **access)
ask("OpenAIEmbedding, max_retries=3", lambda: embedding.get_text_embedding("lamp"))
print(f"OpenAIEmbedding, max_retries by default: {OpenAIEmbedding(**access).max_retries}")
takes = 2
slow = OpenAI("gpt-4.1", max_retries=2, timeout=1, **access)
ask("OpenAI, max_retries=2, a slow model", lambda: slow.complete("lamp"))
PY
HOME=$folder venv/bin/python ask.py 2>log | tee seen || { cat log; exit 1; }
echo 'believed: max_retries + 1 calls in each, 4 by default'
diff seen - <<'SEEN'
OpenAI, max_retries=0: 1 calls, InternalServerError
OpenAI, max_retries=1: 2 calls, InternalServerError
OpenAI, max_retries=2: 6 calls, InternalServerError
OpenAI, by default: 12 calls, InternalServerError
OpenAIEmbedding, max_retries=3: 12 calls, InternalServerError
OpenAIEmbedding, max_retries by default: 10
OpenAI, max_retries=2, a slow model: 6 calls, APITimeoutError
SEEN
