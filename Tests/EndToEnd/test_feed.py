"""`run` against a feed that nobody here wrote the client for: OAuth 2.0, gzip, paging, alarms, certificates."""

import json
import ssl
import subprocess
from datetime import datetime, timedelta

import pytest
from conftest import mizumori, wait_for
from feeds import JST, Feed, serving

# As the shipped pilot numbers them.
METERS = {"TN0012345671": "S-00013", "TN0012345672": "S-00014"}


def today():
    return datetime.now(JST).date()


@pytest.fixture
def feed():
    """Two meters, six whole days, of which one is revised and one never came."""
    feed = Feed()
    for number, meter in enumerate(METERS):
        for back in range(6, 0, -1):
            if (number, back) != (1, 4):
                feed.day(meter, today() - timedelta(days=back), 1_000 * (number + 1) + 24 * (6 - back))
    feed.day("TN0012345671", today() - timedelta(days=5), 1_024 + 3, revision=2)
    return feed


def feed_of(pilot, **more):
    """The pilot with nothing but the feed, pulled every minute."""
    def change(gateway):
        gateway.pop("lines")
        gateway["feed"].update(pull_minutes=1, alarm_minutes=1, **more)

    pilot.edit("config/gateway.yaml", change)
    pilot.edit("meters/pilot.yaml", lambda m: m.update(
        installations=[i for i in m["installations"] if "feed_meter" in i]))


def indexes(pilot):
    """The newest revision of everything stored, by point and second."""
    rows = pilot.database(
        "SELECT p.id, r.at_utc, r.index_ml FROM reading r JOIN service_point p ON p.key = r.point_key"
        " ORDER BY r.at_utc, r.revision")
    return {(point, at): index // 1_000 for point, at, index in rows}


def truth(feed):
    held = {}
    for record in sorted(feed.readings, key=lambda r: r["revision"]):
        for value in record["values"]:
            held[METERS[record["meter_id"]], int(datetime.fromisoformat(value["at"]).timestamp())] = value["index_l"]
    return held


def readings(pilot):
    health = pilot.health()
    return health["readings"] if health else 0


def paths(pilot):
    health = pilot.health()
    return {path["id"]: path["up"] for path in health["paths"]} if health else {}


def test_a_foreign_feed_with_oauth_and_gzip_is_pulled_whole(pilot, feed):
    feed.client = ("water-city", "s3cret-of-the-city")
    feed.alarm("TN0012345671", "LEAK_1", "START", datetime.now(JST) - timedelta(hours=30))
    feed.alarm("TN0012345672", "REVERSE", "START", datetime.now(JST) - timedelta(hours=9))
    feed.alarm("TN0012345672", "REVERSE", "CLEAR", datetime.now(JST) - timedelta(hours=8))
    feed_of(pilot, oauth2=dict(
        token_url=f"http://127.0.0.1:{pilot.feed_port}/oauth2/token", client_id=feed.client[0],
        client_secret_env="FEED_SECRET", scope="water.read"))
    with serving(feed, pilot.feed_port):
        gateway = pilot.start("run", env={"FEED_SECRET": feed.client[1], "MIZUMORI_LOG_LEVEL": "debug"})
        wait_for(lambda: readings(pilot) == 24 * 12, 30, "the readings")
        wait_for(lambda: feed.redeliveries, 30, "the request for the missing day")
        wait_for(lambda: paths(pilot).get("feed/alarms"), 30, "the alarms")
        assert pilot.stop(gateway) == 0
        assert indexes(pilot) == truth(feed)
        missing = (today() - timedelta(days=4)).isoformat()
        assert feed.redeliveries == [{"meter_id": "TN0012345672", "from": missing, "to": missing}]
        alarms = pilot.database(
            "SELECT p.id, a.code, a.is_raised, a.telegram FROM alarm_change a"
            " JOIN service_point p ON p.key = a.point_key ORDER BY a.at_utc")
        assert alarms == [("S-00013", "LEAK_1", 1, "A@@@@"), ("S-00014", "REVERSE", 1, "A@@@@"),
                          ("S-00014", "REVERSE", 0, "A@@@@")]
        # A restart asks for no day again, and another token is a new question.
        questions = len(feed.asked)
        gateway = pilot.start("run", env={"FEED_SECRET": feed.client[1], "MIZUMORI_LOG_LEVEL": "debug"})
        wait_for(lambda: len(feed.asked) > questions + 4, 30, "the second run's questions")
        wait_for(lambda: pilot.health(), 30, "the second run")
        assert pilot.stop(gateway) == 0
    assert len(feed.redeliveries) == 1
    assert indexes(pilot) == truth(feed)
    assert pilot.json("verify")["problems"] == []
    logs = "".join(process.log.read_text() for process in pilot.processes)
    assert feed.client[1] not in logs and "token-" not in logs
    assert feed.tokens_given == 2


def openssl(folder, *arguments):
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def certificates(tmp_path_factory):
    """An authority of our own, a server's certificate and two clients': one of it, one of a stranger."""
    folder = tmp_path_factory.mktemp("certificates")
    for authority in ["authority", "stranger"]:
        openssl(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
                "2", "-subj", f"/CN={authority}", "-keyout", f"{authority}.key", "-out", f"{authority}.pem")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    for name, authority in [("server", "authority"), ("client", "authority"), ("spy", "stranger")]:
        openssl(folder, "req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", f"{name}.key",
                "-out", f"{name}.csr")
        openssl(folder, "x509", "-req", "-in", f"{name}.csr", "-CA", f"{authority}.pem", "-CAkey", f"{authority}.key",
                "-CAcreateserial", "-days", "2", "-extfile", "names", "-out", f"{name}.pem")
    return folder


def context(certificates):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "server.pem", certificates / "server.key")
    context.load_verify_locations(certificates / "authority.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def tls_of(pilot, certificates, name, authority="authority"):
    feed_of(pilot, url=f"https://127.0.0.1:{pilot.feed_port}", tls=dict(
        authority_file=str(certificates / f"{authority}.pem"), certificate_file=str(certificates / f"{name}.pem"),
        key_file=str(certificates / f"{name}.key")))


def test_a_feed_that_wants_our_certificate_gets_it(pilot, feed, certificates):
    tls_of(pilot, certificates, "client")
    assert pilot.run("check", check=0)
    with serving(feed, pilot.feed_port, context(certificates)):
        gateway = pilot.start("run")
        wait_for(lambda: readings(pilot) == 24 * 12, 30, "the readings")
        assert pilot.stop(gateway) == 0
    assert indexes(pilot) == truth(feed)
    assert set(feed.names) == {"client"}


@pytest.mark.parametrize("name, authority", [("spy", "authority"), ("client", "stranger")])
def test_who_is_not_known_on_either_side_brings_nothing(pilot, feed, certificates, name, authority):
    tls_of(pilot, certificates, name, authority)
    with serving(feed, pilot.feed_port, context(certificates)):
        gateway = pilot.start("run")
        wait_for(lambda: "Feed does not answer" in gateway.log.read_text(), 60, "the failure")
        assert readings(pilot) == 0 and feed.asked == []
        assert pilot.stop(gateway) == 0


def test_a_certificate_and_a_key_that_do_not_fit_are_refused_before_anything_starts(pilot, certificates):
    tls_of(pilot, certificates, "client")
    pilot.edit("config/gateway.yaml", lambda g: g["feed"]["tls"].update(key_file=str(certificates / "spy.key")))
    result = pilot.run("check", "--json", check=2)
    problem, = json.loads(result.stdout)["errors"]
    assert problem["field"] == "feed.tls.certificate_file" and problem["line"] > 1


def test_faults_of_the_simulated_feed_are_a_command_away(pilot):
    feed_of(pilot)
    pilot.start("simulate", "feed", "--port", str(pilot.feed_port), "--seed", "2",
                "--fault-percent", "10", "--thaw", "20")
    gateway = pilot.start("run")
    wait_for(lambda: readings(pilot) > 1_000, 60, "the feed's readings")
    assert pilot.stop(gateway) == 0
    assert mizumori("simulate", "feed", "--fault-percent", "101").returncode == 64
