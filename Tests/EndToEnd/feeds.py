"""A feed by the contract `kyodo-kenshin/1.0`, on Python's own web server; nothing of it is shared with the gateway."""

import base64
import contextlib
import gzip
import json
import ssl
import threading
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

JST = timezone(timedelta(hours=9))


def stamp(moment):
    return moment.astimezone(JST).isoformat(timespec="seconds")


class Feed:
    """Records to be delivered, and everything that was asked."""

    def __init__(self):
        self.readings = []
        self.alarms = []
        self.asked = []
        self.tokens_given = 0
        self.redeliveries = []
        self.client = None
        self.page_size = 2
        self.names = []

    def day(self, meter, day, first_index, *, hours=range(1, 25), revision=1, delivered=None, **more):
        """One meter's measuring day: each hour a litre more."""
        midnight = datetime(day.year, day.month, day.day, tzinfo=JST)
        delivered = delivered or min(midnight + timedelta(hours=29.7), datetime.now(JST))
        self.readings.append({
            "meter_id": meter, "measuring_date": day.isoformat(), "interval_sec": 3600, "unit": "L",
            "revision": revision, "delivered_at": stamp(delivered), "alarms": [], "battery": "OK", "missing": [],
            "values": [{"at": stamp(midnight + timedelta(hours=h)), "index_l": first_index + h, "q": "N"} for h in hours],
            **more})

    def alarm(self, meter, code, state, at):
        self.alarms.append({"meter_id": meter, "code": code, "state": state, "at": stamp(at), "alarms_raw": "A@@@@",
                            "delivered_at": stamp(at + timedelta(seconds=30))})

    def page(self, records, query):
        since = datetime.fromisoformat(query["updated_since"][0].replace("Z", "+00:00"))
        found = [r for r in records if datetime.fromisoformat(r["delivered_at"]) >= since]
        found.sort(key=lambda r: r["delivered_at"])
        start = int(query.get("cursor", ["0"])[0])
        end = start + self.page_size
        return {"schema": "kyodo-kenshin/1.0", "generated_at": stamp(datetime.now(JST)), "records": found[start:end],
                "next_cursor": str(end) if end < len(found) else None}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    @property
    def feed(self):
        return self.server.feed

    def answer(self, status, document, packed=False):
        body = json.dumps(document).encode()
        self.send_response(status)
        if packed and "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def is_known(self):
        if self.feed.client is None:
            return True
        return self.headers.get("Authorization") == f"Bearer token-{self.feed.tokens_given}"

    def note(self, body=b""):
        certificate = self.connection.getpeercert() if isinstance(self.connection, ssl.SSLSocket) else None
        self.feed.asked.append((self.command, urlsplit(self.path).path, self.headers.get("Authorization"), body))
        if certificate:
            self.feed.names.append(dict(pair[0] for pair in certificate["subject"])["commonName"])

    def do_GET(self):
        self.note()
        if not self.is_known():
            return self.answer(401, {"error": "unauthorized"})
        place = urlsplit(self.path)
        lists = {"/v1/water/readings": self.feed.readings, "/v1/water/alarms": self.feed.alarms}
        if place.path not in lists:
            return self.answer(404, {"error": "not_found"})
        self.answer(200, self.feed.page(lists[place.path], parse_qs(place.query)), packed=True)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.note(body)
        if self.path == "/oauth2/token":
            wanted = "Basic " + base64.b64encode(":".join(self.feed.client).encode()).decode()
            form = parse_qs(body.decode())
            if self.headers.get("Authorization") != wanted or form.get("grant_type") != ["client_credentials"]:
                return self.answer(401, {"error": "invalid_client"})
            self.feed.tokens_given += 1
            return self.answer(200, {"access_token": f"token-{self.feed.tokens_given}", "token_type": "Bearer",
                                     "expires_in": 3600})
        if not self.is_known():
            return self.answer(401, {"error": "unauthorized"})
        self.feed.redeliveries.append(json.loads(body))
        self.answer(202, {"accepted": True})


@contextlib.contextmanager
def serving(feed, port, context=None):
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.feed = feed
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield feed
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
