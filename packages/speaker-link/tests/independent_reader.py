"""A box and a server written from docs/speaker-link.md and the schema alone.

It uses nothing of this package: joserfc for keys and signatures, jsonschema for payloads. If it
judges the vectors as they say, the specification says enough.
"""

import json
from datetime import timedelta
from itertools import combinations
from pathlib import Path

from independent_primitives import instant, numbers, parse, refuse_if, samples_of, unbase64
from joserfc.jwk import OKPKey
from joserfc.jws import JWSRegistry
from jsonschema import Draft202012Validator, validators

SCHEMA = json.loads((Path(__file__).parents[1] / "vectors" / "schema.json").read_text("utf-8"))
RANK = {"routine": 0, "priority": 1, "emergency": 2}
LIFE_DAYS = {"time": 5 / 1440, "live": 2 / 1440, "enrolment_answer": 1 / 24, "command": 1}
LIFE_DAYS |= {"takeover": 7, "alert": 7, "schedule": 8, "text": 8, "ack": 8}
OF_STATIONS = {"schedule", "takeover", "live", "alert", "text"}
STATE = {"schedule", "text", "takeover", "alert", "assignment", "revocations", "root_rotation"}
TO_BOXES = STATE | {"live", "command", "time", "ack", "enrolment_answer", "update"}
REPORTS = {"play_report", "held", "refusal", "command_result", "log", "update_report"}
REPORTS |= {"local_issue", "text_report"}
FROM_BOXES = REPORTS | {"status", "time_request"}
BY_ROOT = {"assignment", "revocations", "root_rotation", "enrolment_answer"}
WITHOUT_TIME = STATE - OF_STATIONS | {"time", "ack", "enrolment_answer"}
CERTIFIABLE = OF_STATIONS | {"assignment", "command", "time", "ack", "enrolment_answer", "update"}
UNASSIGNED = {"assignment", "enrolment_answer", "time", "ack"}
LEAVES = {
    "assignment": {"assignment"},
    "commands": {"command"},
    "time": {"time"},
    "acks": {"ack"},
    "status": {"status"},
    "reports": REPORTS,
    "time-request": {"time_request"},
}
STATION_LEAVES = {kind: kind for kind in OF_STATIONS - {"alert"}} | {"alerts": "alert"}
GRACE = timedelta(seconds=5)
ED25519 = JWSRegistry(algorithms=["Ed25519"]).get_alg("Ed25519")


# To JSON Schema 45.0 is an integer; to this protocol it is a fraction.
TYPES = Draft202012Validator.TYPE_CHECKER.redefine(
    "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
)
Validator = validators.extend(Draft202012Validator, type_checker=TYPES)


def conforms(payload, name):
    schema = {"$ref": f"#/$defs/{name}", "$defs": SCHEMA["$defs"]}
    refuse_if(not Validator(schema).is_valid(payload), "malformed")


def check(key, signature, signing_input):
    good = ED25519.verify(signing_input.encode(), signature, OKPKey.import_key(key))
    refuse_if(not good, "bad_signature")


def kid_of(jwk):
    return OKPKey.import_key({name: jwk[name] for name in ("kty", "crv", "x")}).thumbprint()


def header_of(protected, typ=None):
    header = parse(unbase64(protected))
    refuse_if(header.get("alg") != "Ed25519", "bad_signature")
    refuse_if(not isinstance(header.get("kid"), str), "malformed")
    known = {"x-tm-cert", "x-tm-start"} if typ == "tm+json" else {"x-tm-cert"}
    if "crit" in header:
        named = header["crit"]
        refuse_if(not isinstance(named, list) or not named, "malformed")
        refuse_if(any(not isinstance(name, str) for name in named), "malformed")
        refuse_if(len(set(named)) != len(named), "malformed")
        refuse_if(not set(named) <= known & set(header), "malformed")
    refuse_if(not known & set(header) <= set(header.get("crit", [])), "malformed")
    refuse_if(typ is not None and header.get("typ") != typ, "wrong_kind")
    return header


def open_outer(text, typ, limit):
    refuse_if(len(text.encode()) > limit, "too_large")
    outer = parse(text)
    refuse_if(set(outer) != {"payload", "signatures"}, "malformed")
    payload, entries = outer["payload"], outer["signatures"]
    refuse_if(not isinstance(payload, str) or not isinstance(entries, list), "malformed")
    refuse_if(not 1 <= len(entries) <= 4, "malformed")
    found = []
    for entry in entries:
        refuse_if(set(entry) != {"protected", "signature"}, "malformed")
        header = header_of(entry["protected"], typ)
        found.append((header, unbase64(entry["signature"]), f"{entry['protected']}.{payload}"))
    return payload, found


def read_certificate(text, roots):
    refuse_if(not isinstance(text, str) or text.count(".") != 2, "malformed")
    protected, payload, signature = text.split(".")
    header = header_of(protected)
    refuse_if(header["kid"] not in roots, "unknown_key")
    check(roots[header["kid"]], unbase64(signature), f"{protected}.{payload}")
    certificate = parse(unbase64(payload))
    refuse_if(header.get("typ") != "tm-cert+json", "malformed")
    conforms(certificate, "certificate")
    refuse_if(instant(certificate["nbf"]) >= instant(certificate["exp"]), "malformed")
    refuse_if(not CERTIFIABLE.issuperset(certificate["kinds"]), "malformed")
    return certificate


def consistent(message):
    body = message["body"]
    iat, nbf, exp = (instant(message[name]) for name in ("iat", "nbf", "exp"))
    refuse_if(nbf >= exp, "malformed")
    life = timedelta(days=LIFE_DAYS.get(message["typ"], 3700))
    refuse_if(exp - min(iat, nbf) > life, "malformed")
    if message["typ"] == "schedule":
        ids = [item["id"] for item in body["items"]]
        refuse_if(len(set(ids)) != len(ids), "malformed")
        refuse_if(set(ids) & set(body.get("withdrawn_items", [])), "malformed")
        refuse_if(instant(body["valid_from"]) >= instant(body["valid_to"]), "malformed")
        for item in body["items"]:
            refuse_if(instant(item["start"]) >= instant(item["start_before"]), "malformed")
    if message["typ"] == "text":
        ids = [line["id"] for line in body["lines"]]
        refuse_if(len(set(ids)) != len(ids), "malformed")
        for line in body["lines"]:
            refuse_if(instant(line["start"]) >= instant(line["until"]), "malformed")
            hours = line.get("hours", [])
            refuse_if(any(one["starts"] == one["ends"] for one in hours), "malformed")
    if message["typ"] == "assignment":
        refuse_if(body["volume"] > body["max_volume"], "malformed")
        refuse_if(any(one["starts"] == one["ends"] for one in body["quiet_hours"]), "malformed")
    if message["typ"] == "revocations":
        refuse_if(
            any(("kid" in one) == ("certificate" in one) for one in body["revoked"]), "malformed"
        )
    if message["typ"] == "command":
        action = body["action"]
        refuse_if(("volume" in body) != (action == "set_volume"), "malformed")
        refuse_if(("duration_ms" in body) != (action == "test_tone"), "malformed")
        refuse_if("item_id" in body and action != "stop", "malformed")
        refuse_if(("lines" in body) != (action == "send_log"), "malformed")
        refuse_if(("is_silent" in body) != (action == "self_test"), "malformed")
        refuse_if(("updates" in body) != (action == "install_update"), "malformed")
    if message["typ"] == "update":
        refuse_if(body.get("is_roll_back", False) != ("from_at_most" in body), "malformed")
        if "from_at_most" in body:
            refuse_if(not numbers(body["version"]) < numbers(body["from_at_most"]), "malformed")
            refuse_if(exp - min(iat, nbf) > timedelta(days=14), "malformed")
    if message["typ"] in {"takeover", "alert"}:
        refuse_if(instant(body["until"]) <= instant(body["start"]), "malformed")
    if message["typ"] == "live":
        latest = instant(body["start"]) + timedelta(seconds=10)
        refuse_if(instant(message["exp"]) > latest, "malformed")
        refuse_if(samples_of(unbase64(body["packets"])) != body["duration_ms"] * 48, "malformed")
    if message["typ"] == "alert":
        refuse_if(message.get("priority") != "emergency", "malformed")
        refuse_if(message.get("test", False) != (body["status"] == "Test"), "malformed")
        is_clear, lengths = (
            body["msg_type"] == "Cancel",
            [e["duration_ms"] for e in body["editions"]],
        )
        repeat = body.get("repeat_ms", 0)
        refuse_if(is_clear and repeat > 0, "malformed")
        refuse_if(not is_clear and not lengths, "malformed")
        refuse_if(0 < repeat < max(lengths, default=0), "malformed")
        refuse_if(body["alert"] in body.get("references", []), "malformed")


def name_of(body):
    """The takeover or alert that a body is about, if it is about one."""
    return body.get("takeover", body.get("alert"))


class IndependentBox:
    def __init__(self, case):
        self.box = case["box"]
        self.now = instant(case["now"])
        self.roots = {
            root["key"]["kid"]: root["key"]
            for root in case["roots"]
            if "until" not in root or self.now < instant(root["until"])
        }
        self.revoked = set(case["revoked"])
        self.ids, self.versions, self.sequences = set(), {}, {}

    def judge(self, text, topic=None, limit=262144):
        payload, signatures = open_outer(text, "tm+json", limit)
        certificates, by_root, strangers = [], [], []
        starts = []
        for header, signature, signed in signatures:
            kid = header["kid"]
            if "x-tm-cert" in header:
                certificate = read_certificate(header["x-tm-cert"], self.roots)
                refuse_if(kid_of(certificate["key"]) != kid, "bad_signature")
                check(certificate["key"], signature, signed)
                refuse_if(self.revoked & {kid, certificate["serial"]}, "revoked")
                certificates.append(certificate)
            elif kid in self.roots:
                check(self.roots[kid], signature, signed)
                refuse_if(kid in self.revoked, "revoked")
                by_root.append(kid)
            else:
                strangers.append((kid, signature, signed))
            if "x-tm-start" in header:
                starts.append(header["x-tm-start"])
        refuse_if(not certificates and not by_root, "unknown_key")
        message = parse(unbase64(payload))
        kind = message.get("typ")
        refuse_if(kind not in TO_BOXES, "wrong_kind")
        conforms(message, kind)
        consistent(message)
        self.check_strangers(message, by_root, strangers)
        if starts:
            refuse_if(kind != "alert", "malformed")
            begins, ends = instant(message["body"]["start"]), instant(message["body"]["until"])
            refuse_if(any(not begins <= instant(one) < ends for one in starts), "malformed")
            message["body"]["start"] = max(starts)
        refuse_if(by_root and kind not in BY_ROOT, "wrong_kind")
        refuse_if(any(kind not in one["kinds"] for one in certificates), "wrong_kind")
        if topic is not None:
            self.check_topic(message, topic)
        self.check_area(message, certificates)
        if kind == "live":
            self.check_stream(message, [header["kid"] for header, _, _ in signatures])
        else:
            self.check_priority(message, certificates)
        refuse_if(message.get("test") and not self.box["is_test_mode"], "test_message")
        self.check_time(message, certificates)
        self.remember(message, ".".join([payload, *sorted(starts)]))
        return message

    def check_strangers(self, message, by_root, strangers):
        if message["typ"] != "root_rotation":
            refuse_if(strangers, "unknown_key")
            return
        new = message["body"]["new_root"]
        if new["kid"] in by_root:
            return
        refuse_if(new["kid"] not in [kid for kid, _, _ in strangers], "one_signature_short")
        refuse_if(any(kid != new["kid"] for kid, _, _ in strangers), "unknown_key")
        for _, signature, signed in strangers:
            check(new, signature, signed)

    def check_topic(self, message, topic):
        common = {"tm/1/revocations": "revocations", "tm/1/root": "root_rotation"}
        if topic in common:
            refuse_if(message["typ"] != common[topic], "wrong_kind")
            return
        _, _, group, owner, leaf, *name = topic.split("/")
        kinds = {STATION_LEAVES[leaf]} if group == "stations" else LEAVES[leaf]
        refuse_if(message["typ"] not in kinds, "wrong_kind")
        named = message["body"]["station"] if group == "stations" else message["to"]
        refuse_if(named != owner, "wrong_area")
        refuse_if(name and name[0] != name_of(message["body"]), "wrong_area")

    def check_area(self, message, certificates):
        own, body, kind = self.box["areas"], message["body"], message["typ"]
        refuse_if(message.get("to", self.box["serial"]) != self.box["serial"], "wrong_area")
        refuse_if("areas" in message and not set(message["areas"]) & set(own), "wrong_area")
        if kind == "assignment":
            refuse_if(body["serial"] != self.box["serial"], "wrong_area")
        if kind in OF_STATIONS:
            refuse_if(body["station"] not in self.box["stations"], "wrong_area")
        for certificate in certificates:
            areas = set(certificate["areas"])
            refuse_if(own and not areas & set(own), "wrong_area")
            refuse_if(not own and kind not in UNASSIGNED, "wrong_area")
            if kind == "assignment":
                refuse_if(not areas & set(body["areas"]), "wrong_area")
            if kind in OF_STATIONS:
                station = body["station"]
                above = own[own.index(station) :] if station in own else [station]
                refuse_if(not areas & set(above), "wrong_area")

    def check_stream(self, message, kids):
        body = message["body"]
        names = ("station", "takeover", "stream")
        found = [s for s in self.box["streams"] if all(s[name] == body[name] for name in names)]
        refuse_if(not found or self.now >= instant(found[0]["until"]), "wrong_stream")
        refuse_if(set(kids) != {found[0]["kid"]}, "wrong_stream")
        refuse_if(message.get("priority", "routine") != found[0]["priority"], "wrong_stream")
        refuse_if(set(message["areas"]) != set(found[0]["areas"]), "wrong_stream")

    def check_priority(self, message, certificates):
        rank = RANK[message.get("priority", "routine")]
        named = {"schedule": "items", "text": "lines"}.get(message["typ"])
        for item in message["body"][named] if named else []:
            refuse_if(RANK[item.get("priority", "routine")] > rank, "over_priority")
        for certificate in certificates:
            refuse_if(RANK[certificate["highest_priority"]] < rank, "over_priority")
        pairs = [
            all(one[name] != other[name] for name in ("key", "serial", "holder"))
            for one, other in combinations(certificates, 2)
        ]
        if message["typ"] == "alert" and message.get("test"):
            return
        refuse_if(rank == RANK["emergency"] and not any(pairs), "one_signature_short")

    def check_time(self, message, certificates):
        now, trusted = self.now, self.box["time_is_trusted"]
        if message["typ"] == "time":
            refuse_if(message["body"]["nonce"] not in self.box["nonces"], "replayed")
            now, trusted = instant(message["body"]["sent_at"]), True
        elif message["typ"] == "live" or (
            message["typ"] not in WITHOUT_TIME and message.get("priority") != "emergency"
        ):
            refuse_if(not trusted, "untrusted_time")
        for certificate in certificates:
            refuse_if(now >= instant(certificate["exp"]), "certificate_expired")
            refuse_if(trusted and now + GRACE < instant(certificate["nbf"]), "not_yet_valid")
        refuse_if(now >= instant(message["exp"]), "expired")
        refuse_if(trusted and now + GRACE < instant(message["nbf"]), "not_yet_valid")

    def remember(self, message, payload):
        body = message["body"]
        if message["typ"] == "live":
            stream = (body["station"], body["takeover"], body["stream"])
            refuse_if(body["sequence"] <= self.sequences.get(stream, -1), "replayed")
            self.sequences[stream] = body["sequence"]
            return
        if message["typ"] not in STATE:
            refuse_if(message["id"] in self.ids, "replayed")
            self.ids.add(message["id"])
            return
        stream = (message["typ"], body.get("station"), name_of(body))
        version = message["body"]["version"]
        known = self.versions.get(stream, (0, ""))
        refuse_if(version <= known[0] and (version, payload) != known, "older_version")
        self.versions[stream] = (version, payload)


def judge_as_server(case):
    payload, signatures = open_outer(case["message"], "tm-box+json", 262144)
    ((header, signature, signed),) = signatures
    refuse_if(header["kid"] != case["key"]["kid"], "unknown_key")
    check(case["key"], signature, signed)
    message = parse(unbase64(payload))
    kind = message.get("typ")
    refuse_if(kind not in FROM_BOXES, "wrong_kind")
    conforms(message, kind)
    body = message["body"]
    if kind == "play_report":
        refuse_if((body["outcome"] == "played") != ("reason" not in body), "malformed")
        has_sounded = "started_at" in body or body.get("samples_played", 0) > 0
        refuse_if((body["outcome"] == "missed") == has_sounded, "malformed")
        edition = {"language", "sha256"}
        refuse_if("gaps" in body and bool(edition & body.keys()), "malformed")
        needed = {"started_at", "start_error_ms", "sample_rate"}
        needed |= set() if "gaps" in body else edition
        refuse_if(has_sounded and not needed <= body.keys(), "malformed")
    if kind == "text_report":
        is_shown = body["state"] == "shown"
        refuse_if(is_shown in {"reason" in body, "ended_at" in body}, "malformed")
        if body["state"] == "missed":
            refuse_if(body.get("times", 0) > 0 or {"started_at", "text"} & body.keys(), "malformed")
        else:
            refuse_if(
                not body.get("times") or not {"started_at", "text"} <= body.keys(), "malformed"
            )
    if kind == "log":
        refuse_if(body["part"] > body["parts"], "malformed")
    refuse_if(message["box"] != case["serial"], "wrong_area")
    _, _, _, owner, leaf = case["topic"].split("/")
    refuse_if(kind not in LEAVES[leaf], "wrong_kind")
    refuse_if(owner != case["serial"], "wrong_area")
    return message
