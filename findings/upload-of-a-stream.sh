#!/usr/bin/env bash
# What the official Python clients of Groq and Anthropic upload when a file that is read once has to be sent twice.
# Believed: an upload that is tried again sends the same bytes, or fails where it has them no more; and a pipe, which has
# no length, is sent whole.
# Seen: a stream that cannot be rewound is sent again from where it stands, at its end: a file of 0 bytes is stored, and
# the call gives its id as if all were well. Small input from a pipe goes that way even where the service answers at
# once: the length of a pipe is taken for 0, so the first try breaks off, and the second has nothing left to send.
# (openai 3.57.0 for Python, of the same make, raises an error in both cases.)
# Exits 1 when that changes. Needs python3 with venv and pip's index.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check --only-binary :all: groq==1.7.0 anthropic==2.14.0 httpx==0.28.1
for package in groq anthropic; do
  echo "$package $(venv/bin/python -c 'import sys; from importlib.metadata import version; print(version(sys.argv[1]))' "$package")"
done
cat > upload.py <<'PY'
import io
import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from anthropic import Anthropic
from groq import Groq

ROWS = b"".join(b'{"custom_id": "%d"}\n' % row for row in range(100))


class Service(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    busy = 0
    stored = None

    def do_POST(self):
        sent = self.whole_body()
        if sent is None:
            return
        if Service.busy > 0:
            Service.busy -= 1
            return self.answer(503, {"error": {"message": "busy"}})
        Service.stored = sent.count(b"custom_id")
        self.answer(200, {"id": "file_1", "object": "file", "type": "file", "filename": "rows.jsonl"})

    def whole_body(self):
        """None where the client broke off."""
        if "content-length" in self.headers:
            length = int(self.headers["content-length"])
            sent = self.rfile.read(length)
            return sent if len(sent) == length else None
        sent = b""
        while size := self.rfile.readline():
            chunk = self.rfile.read(int(size, 16))
            self.rfile.readline()
            if chunk == b"":
                return sent
            sent += chunk

    def answer(self, status, answer):
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Download(io.RawIOBase):
    """What comes in from elsewhere, say from a store of objects: read once, of no known length."""

    def __init__(self):
        self.left = ROWS

    def readable(self):
        return True

    def readinto(self, space):
        count = min(len(space), len(self.left))
        space[:count], self.left = self.left[:count], self.left[count:]
        return count


def pipe():
    return subprocess.Popen([sys.executable, "-c", f"print({ROWS.decode()!r}, end='')"], stdout=subprocess.PIPE).stdout


class Quiet(ThreadingHTTPServer):
    def handle_error(self, *_):
        """A client that breaks off is none of the service's errors."""


service = Quiet(("127.0.0.1", 0), Service)
threading.Thread(target=service.serve_forever, daemon=True).start()
origin = f"http://127.0.0.1:{service.server_port}"
groq = Groq(api_key="the-key", base_url=origin)
anthropic = Anthropic(api_key="the-key", base_url=origin)
uploads = {
    "groq": lambda file: groq.files.create(file=("rows.jsonl", file), purpose="batch"),
    "anthropic": lambda file: anthropic.beta.files.upload(file=("rows.jsonl", file)),
}
for name, upload in uploads.items():
    for source, file, busy in [
        ("a file, after a 503", io.BytesIO(ROWS), 1),
        ("a download, at once", io.BufferedReader(Download()), 0),
        ("a download, after a 503", io.BufferedReader(Download()), 1),
        ("a pipe, at once", pipe(), 0),
    ]:
        Service.busy, Service.stored = busy, None
        try:
            outcome = upload(file).id
        except Exception as error:
            outcome = type(error).__name__
        print(f"{name}, {source}: {outcome}, rows stored: {Service.stored}")
PY
venv/bin/python upload.py | tee seen
echo 'believed: file_1, rows stored: 100, or an error, in all eight'
diff seen - <<'SEEN'
groq, a file, after a 503: file_1, rows stored: 100
groq, a download, at once: file_1, rows stored: 100
groq, a download, after a 503: file_1, rows stored: 0
groq, a pipe, at once: file_1, rows stored: 0
anthropic, a file, after a 503: file_1, rows stored: 100
anthropic, a download, at once: file_1, rows stored: 100
anthropic, a download, after a 503: file_1, rows stored: 0
anthropic, a pipe, at once: file_1, rows stored: 0
SEEN
