#!/usr/bin/env bash
# When Curator (bespokelabs-curator) asks again for rows that it has asked before.
# Believed: another question is another call. What stands before the rows, the `system_prompt` of an `LLM`, or what its
# `prompt` puts into the text, is a part of the question.
# Seen: with another `system_prompt`, or another value of an attribute that `prompt` reads from `self`, the same rows get
# the answers to the earlier question, from a cache that is on unless turned off, and not one call is made. Another
# model is noticed.
# Exits 1 when that changes. Needs python3 with venv and pip's index; it installs for some minutes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check bespokelabs-curator==0.1.31
echo "bespokelabs-curator $(venv/bin/python -c 'from importlib.metadata import version; print(version("bespokelabs-curator"))')"
cat > describe.py <<'PY'
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from bespokelabs import curator

questions = []


class Service(BaseHTTPRequestHandler):
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        text = ", ".join(message["content"] for message in asked["messages"])
        questions.append(text)
        choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": f"<{text}>"}}
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        answer = {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_):
        pass


class Describe(curator.LLM):
    def __init__(self, length, **options):
        super().__init__(**options)
        self.length = length

    def prompt(self, row):
        return f"{self.length} text on a {row['product']}"

    def parse(self, row, response):
        return {"answer": response}


service = ThreadingHTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=service.serve_forever, daemon=True).start()
limits = {"max_requests_per_minute": 1000, "max_tokens_per_minute": 1_000_000}


def describe(name, length, language, model="gpt-4.1"):
    describing = Describe(
        length,
        model_name=f"openai/{model}",
        system_prompt=f"Write {language}",
        backend="litellm",
        backend_params={"base_url": f"http://127.0.0.1:{service.server_port}/v1", **limits},
    )
    before = len(questions)
    answers = describing([{"product": "lamp"}], working_dir="cache").dataset["answer"]
    asked = [question for question in questions[before:] if "lamp" in question]
    print(f"SEEN {name}: {len(asked)} calls, {answers[0]}")


describe("first", "short", "English")
describe("another system prompt", "short", "French")
describe("another attribute", "long", "English")
describe("another model", "short", "French", model="gpt-4.1-mini")
PY
# Else it reports its use to its makers, and looks prices up on the web.
TELEMETRY_ENABLED=false LITELLM_LOCAL_MODEL_COST_MAP=True OPENAI_API_KEY=the-key \
  CURATOR_DISABLE_RICH_DISPLAY=1 HOME=$folder venv/bin/python describe.py >log 2>&1 || { tail -n 20 log; exit 1; }
sed -n 's/^SEEN //p' log | tee seen
echo 'believed: 1 call each, and an answer to the question that was asked'
diff seen - <<'SEEN'
first: 1 calls, <Write English, short text on a lamp>
another system prompt: 0 calls, <Write English, short text on a lamp>
another attribute: 0 calls, <Write English, short text on a lamp>
another model: 1 calls, <Write French, short text on a lamp>
SEEN
