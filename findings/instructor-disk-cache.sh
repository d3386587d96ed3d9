#!/usr/bin/env bash
# What Instructor's cache on disk spares a second run of the same program.
# Believed: `from_provider(…, cache=DiskCache(directory=…))` keeps answers for later runs, or a disk would not be needed.
# Seen: each client has a namespace of its own, made by chance: the second run of a program, and a second client in the
# same run, ask and pay for everything again, and the folder only grows. Within one client equal questions are asked
# once. It finds what it kept only where `cache_namespace` is given with each call.
# Exits 1 when that changes. Needs python3 with venv and pip's index.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check --only-binary :all: \
  instructor==1.17.0 diskcache==5.6.3 openai==2.54.0
echo "instructor $(venv/bin/python -c 'from importlib.metadata import version; print(version("instructor"))')"
cat > run.py <<'PY'
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import instructor
from instructor.cache import DiskCache
from pydantic import BaseModel

calls = 0


class Service(BaseHTTPRequestHandler):
    def do_POST(self):
        global calls
        calls += 1
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        function = {"name": asked["tools"][0]["function"]["name"], "arguments": '{"colour": "red"}'}
        message = {"role": "assistant", "tool_calls": [{"id": "1", "type": "function", "function": function}]}
        choice = {"index": 0, "finish_reason": "tool_calls", "message": message}
        answer = {"id": "1", "object": "chat.completion", "created": 1, "model": asked["model"], "choices": [choice]}
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_):
        pass


class Product(BaseModel):
    colour: str


port, folder, *namespace = sys.argv[1:]
service = HTTPServer(("127.0.0.1", int(port)), Service)
threading.Thread(target=service.serve_forever, daemon=True).start()
client = instructor.from_provider(
    "openai/gpt-4.1",
    cache=DiskCache(directory=folder),
    api_key="the-key",
    base_url=f"http://127.0.0.1:{port}/v1",
)
named = {"cache_namespace": namespace[0]} if namespace else {}
for row in ["lamp", "chair", "lamp"]:
    client.create(response_model=Product, messages=[{"role": "user", "content": row}], **named)
print(f"{calls} calls")
PY
# The service's address is a part of what is looked up: the same one for all runs.
port=$(venv/bin/python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
run() { echo "$1: $(venv/bin/python run.py "$port" "${@:2}")"; }
{
  run 'first run, 3 rows of which 2 differ' cache
  run 'second run' cache
  run 'first run, a namespace' named mine
  run 'second run, the same namespace' named mine
} | tee seen
echo 'believed: 2 calls in the first run of each folder, 0 in the second'
diff seen - <<'SEEN'
first run, 3 rows of which 2 differ: 2 calls
second run: 2 calls
first run, a namespace: 2 calls
second run, the same namespace: 0 calls
SEEN
