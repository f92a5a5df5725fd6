"""Command line: `python -m tools.simulator [--port N] [--token T]`; prints its address, ends with its input.

POST /records, GET /lists/<name> are the protocol of docs/connectors.md; POST /moods, GET /book are for tests.
"""

from __future__ import annotations

import argparse
import json
import socket
import sys
import threading
import time

import waitress
from flask import Flask, Response, abort, jsonify, request

from tools.simulator.book import MOODS, Book

SLOW = 20.0


def create_app(book: Book, token: str = "") -> Flask:
    """Return the simulated systems as a web application."""
    app = Flask(__name__)

    @app.before_request
    def check() -> None:
        if token and request.headers.get("Authorization") != f"Bearer {token}":
            abort(401)

    @app.post("/records")
    def records() -> Response:
        body = request.get_json()
        mood = book.mood()
        if mood == "fail":
            abort(503)
        if mood == "slow":
            time.sleep(SLOW)
        answer = book.take(request.headers["Idempotency-Key"], body, mood)
        if mood == "lose":
            abort(504)
        if mood == "garble":
            return Response("<html>ok</html>", mimetype="application/json")
        made = jsonify(answer)
        made.status_code = {"accepted": 201, "refused": 422, "pending": 202}[answer["state"]]
        return made

    @app.get("/lists/<name>")
    def lists(name: str) -> Response:
        return jsonify(book.page(name, request.args.get("after", "")))

    @app.post("/moods")
    def moods() -> Response:
        wanted = request.get_json()
        if not set(wanted.get("moods", [])) <= set(MOODS):
            abort(400)
        book.behave(wanted)
        return jsonify(ok=True)

    @app.get("/book")
    def shown() -> Response:
        return jsonify(records=book.records, asked=dict(book.asked))

    return app


def main() -> None:
    """Serve until the input ends."""
    parser = argparse.ArgumentParser(prog="python -m tools.simulator")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default="")
    told = parser.parse_args()
    listening = socket.create_server(("127.0.0.1", told.port))
    server = waitress.create_server(create_app(Book(), told.token), sockets=[listening], threads=4)
    threading.Thread(target=server.run, daemon=True).start()
    sys.stdout.write(json.dumps({"url": f"http://127.0.0.1:{listening.getsockname()[1]}"}) + "\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main()
