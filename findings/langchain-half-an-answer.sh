#!/usr/bin/env bash
# What LangChain makes of an answer in JSON that the model could not finish, since it ran out of tokens.
# Believed: half an object is no JSON, and a parser that does not stream refuses it; what is validated by a Pydantic model
# is whole.
# Seen: `JsonOutputParser` and `PydanticOutputParser` close what is open and give the rest as the answer: a sentence stops
# in its middle, items are missing, and of a price of 15 the 1 is left, which is a valid number. They parse everything
# as they parse a stream, `invoke` and `batch` too, and do not look at `finish_reason`. `with_structured_output` with
# `method="function_calling"`, the default of many models of LangChain's, gives None for such a row, and `parsing_error`
# of `include_raw=True` is None as well. Only with the methods `json_mode` and `json_schema` langchain-openai raises.
# (`response_metadata['finish_reason']` of the message before the parser tells it: `length`.)
# Exits 1 when that changes. Needs python3 with venv and pip's index.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check --only-binary :all: \
  langchain-core==1.8.3 langchain-openai==1.7.4 openai==2.54.0
venv/bin/python -c 'from importlib.metadata import version
print(*(f"{name} {version(name)}" for name in ("langchain-core", "langchain-openai", "openai")))'
cat > parse.py <<'PY'
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from langchain_core.output_parsers import JsonOutputParser, PydanticOutputParser
from langchain_openai import ChatOpenAI
from pydantic import BaseModel

WHOLE = {
    "advice": "Do not use the lamp in the bath unless it hangs out of reach.",
    "items": [{"name": "lamp", "price": 40}, {"name": "shade", "price": 15}, {"name": "bulb", "price": 3}],
}
CUT = {
    "in the sentence": json.dumps(WHOLE).index(" unless"),
    "in a price": json.dumps(WHOLE).index('5}, {"name": "bulb"'),
}
until = None


class Service(BaseHTTPRequestHandler):
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        written = json.dumps(WHOLE)[:until]
        message = {"role": "assistant", "content": written}
        if "tools" in asked:
            function = {"name": asked["tools"][0]["function"]["name"], "arguments": written}
            message = {"role": "assistant", "tool_calls": [{"id": "1", "type": "function", "function": function}]}
        choice = {"index": 0, "finish_reason": "length", "message": message}
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        answer = {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_):
        pass


class Item(BaseModel):
    name: str
    price: int


class Offer(BaseModel):
    advice: str
    items: list[Item] = []


service = ThreadingHTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=service.serve_forever, daemon=True).start()
model = ChatOpenAI(model="gpt-4.1", api_key="the-key", base_url=f"http://127.0.0.1:{service.server_port}/v1")
called = model.with_structured_output(Offer, method="function_calling", include_raw=True)
ways = {
    "JsonOutputParser": model | JsonOutputParser(),
    "PydanticOutputParser": model | PydanticOutputParser(pydantic_object=Offer) | Offer.model_dump,
    "function_calling": model.with_structured_output(Offer, method="function_calling"),
    "function_calling, its parsing_error": called | (lambda parts: parts["parsing_error"]),
    "json_schema": model.with_structured_output(Offer, method="json_schema"),
}
for place, until in CUT.items():
    print(f"cut {place}:")
    for name, way in ways.items():
        try:
            print(f"  {name}: {way.batch(['Offer a lamp'])[0]}")
        except Exception as error:
            print(f"  {name}: {type(error).__name__}")
PY
venv/bin/python parse.py | tee seen
echo 'believed: an error in each'
diff seen - <<'SEEN'
cut in the sentence:
  JsonOutputParser: {'advice': 'Do not use the lamp in the bath'}
  PydanticOutputParser: {'advice': 'Do not use the lamp in the bath', 'items': []}
  function_calling: None
  function_calling, its parsing_error: None
  json_schema: LengthFinishReasonError
cut in a price:
  JsonOutputParser: {'advice': 'Do not use the lamp in the bath unless it hangs out of reach.', 'items': [{'name': 'lamp', 'price': 40}, {'name': 'shade', 'price': 1}]}
  PydanticOutputParser: {'advice': 'Do not use the lamp in the bath unless it hangs out of reach.', 'items': [{'name': 'lamp', 'price': 40}, {'name': 'shade', 'price': 1}]}
  function_calling: None
  function_calling, its parsing_error: None
  json_schema: LengthFinishReasonError
SEEN
