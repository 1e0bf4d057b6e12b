"""Deliveries that are pushed, signed by a program that is not ours; and terms that change under a running gateway."""

import hashlib
import hmac
import json
import signal
import time
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone

from conftest import wait_for
from test_files import feed_meters, without_lines

SECRET = "a secret of sixteen"
JAPAN = timezone(timedelta(hours=9))


def post(pilot, path, body, secret=SECRET, at=None, name=None):
    """Posts a delivery as a relay would; gives the status and the document."""
    stamp = str(int(time.time()) if at is None else at)
    code = hmac.new(secret.encode(), f"{stamp}.{path}.{name or ''}.".encode() + body, hashlib.sha256).hexdigest()
    request = urllib.request.Request(
        f"http://127.0.0.1:{pilot.console_port}/feed/{path}", data=body, method="POST",
        headers={"X-Mizumori-Timestamp": stamp, "X-Mizumori-Signature": f"sha256={code}",
                 **({"X-Mizumori-Name": name} if name else {})})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, None


def page(meter, index):
    """One value of an hour ago."""
    now = datetime.now(JAPAN).replace(microsecond=0)
    at = now.replace(minute=0, second=0) - timedelta(hours=1)
    return json.dumps({"schema": "kyodo-kenshin/1.0", "next_cursor": None, "records": [{
        "meter_id": meter, "measuring_date": at.date().isoformat(), "revision": 1, "unit": "L",
        "delivered_at": now.isoformat(), "values": [{"at": at.isoformat(), "index_l": index, "q": "N"}]}]}).encode()


def test_a_pushed_page_is_stored_once_and_no_stranger_is_believed(pilot):
    without_lines(pilot)
    (meter, _), *_ = feed_meters(pilot)
    pilot.edit("config/gateway.yaml", lambda g: g.update(
        feed={"id": "feed", "url": f"http://127.0.0.1:{pilot.feed_port}", "pull_minutes": 1440},
        push={"secret_env": "PUSH_SECRET", "body_megabytes": 1}))
    gateway = pilot.start("run", env={"PUSH_SECRET": SECRET})
    wait_for(pilot.health, what="the console")
    body = page(meter, 1000)
    now = int(time.time())
    assert post(pilot, "feed", body, secret="another secret of it")[0] == 401
    assert post(pilot, "feed", body, at=now - 400)[0] == 401
    assert post(pilot, "feed", b"x" * 1_100_000)[0] == 413
    assert post(pilot, "nowhere", body)[0] == 404
    assert post(pilot, "feed", b"<html>")[0] == 422
    assert pilot.health()["readings"] == 0
    assert post(pilot, "feed", body, at=now) == (200, {"schema": "mizumori.push/1", "taken": True, "reason": None})
    assert post(pilot, "feed", body, at=now)[0] == 409
    assert [post(pilot, "feed", body, at=now + n)[0] for n in range(1, 10)] == [200] * 9
    assert pilot.health()["readings"] == 1
    assert pilot.stop(gateway) == 0
    assert SECRET not in gateway.log.read_text()
    assert pilot.json("verify")["problems"] == []


def test_without_a_secret_there_is_no_door(pilot):
    without_lines(pilot)
    gateway = pilot.start("run")
    wait_for(pilot.health, what="the console")
    assert post(pilot, "feed", b"{}")[0] == 404
    assert pilot.stop(gateway) == 0


def test_other_terms_are_taken_over_by_a_hangup_and_wrong_ones_refused(pilot):
    without_lines(pilot)
    gateway = pilot.start("run")
    wait_for(pilot.health, what="the console")
    pilot.edit("config/validation.yaml", lambda v: v["jitter"].update(litres=20))
    gateway.send_signal(signal.SIGHUP)
    wait_for(lambda: "All usage is derived anew" in gateway.log.read_text(), what="the other terms")
    pilot.edit("config/validation.yaml", lambda v: v["jitter"].update(litres=-1))
    gateway.send_signal(signal.SIGHUP)
    wait_for(lambda: "jitter.litres" in gateway.log.read_text(), what="the refusal")
    assert pilot.stop(gateway) == 0
    assert pilot.database("SELECT action FROM audit") == [("rejudge",)]
    error = pilot.json("check", check=2)["errors"][0]
    assert (error["field"], error["found"]) == ("jitter.litres", "'-1'")
