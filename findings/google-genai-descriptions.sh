#!/usr/bin/env bash
# What Google's own Python client sends of the descriptions in a response schema.
# Believed: each field of the model goes out with its `Field(description=…)`: it is what tells the model which of two
# fields of one type is which, and how to fill them.
# Seen: a field whose type is a class, an enum or another model, is sent without its description. Two such fields of one
# type differ by their names alone, and nothing is said. The description of a plain field is sent, and all are with the
# JSON Schema of the same class as `response_json_schema`.
# Exits 1 when that changes. Needs python3 with venv and pip's index.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check --only-binary :all: google-genai==3.6.1
echo "google-genai $(venv/bin/python -c 'from importlib.metadata import version; print(version("google-genai"))')"
cat > describe.py <<'PY'
import enum
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from google import genai
from pydantic import BaseModel, Field

asked = {}


class Service(BaseHTTPRequestHandler):
    def do_POST(self):
        asked.update(json.loads(self.rfile.read(int(self.headers["content-length"])))["generationConfig"])
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(b'{"candidates": [{"content": {"parts": [{"text": "{}"}]}}]}')

    def log_message(self, *_):
        pass


class Mood(enum.Enum):
    GLAD = "glad"
    CROSS = "cross"


class Address(BaseModel):
    city: str = Field(description="in English")


class Letter(BaseModel):
    topic: str = Field(description="three words")
    mood: Mood = Field(description="of the writer, not of whom is quoted")
    home: Address = Field(description="where the writer lives")
    goods: Address = Field(description="where the goods are to go")


service = HTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=service.serve_forever, daemon=True).start()
options = {"base_url": f"http://127.0.0.1:{service.server_port}"}
client = genai.Client(api_key="the-key", http_options=options)
for asking, schema in [("response_schema", Letter), ("response_json_schema", Letter.model_json_schema())]:
    asked.clear()
    config = {"response_mime_type": "application/json", asking: schema}
    client.models.generate_content(model="gemini-3.5-flash", contents="a letter", config=config)
    sent = asked.get("responseSchema") or asked["responseJsonSchema"]
    for name, field in sent["properties"].items():
        print(f"{asking} {name}: {field.get('description', 'no description')}")
PY
venv/bin/python describe.py 2>log | tee seen || { cat log; exit 1; }
echo 'believed: a description for each of the fields'
diff seen - <<'SEEN'
response_schema topic: three words
response_schema mood: no description
response_schema home: no description
response_schema goods: no description
response_json_schema topic: three words
response_json_schema mood: of the writer, not of whom is quoted
response_json_schema home: where the writer lives
response_json_schema goods: where the goods are to go
SEEN
