"""One box can neither read nor write what is another's, on either broker, wills included."""

import asyncio
import socket

import aiomqtt
import pytest
from tiengmo.speakers.brokers.passwords import gateway_password, hash_password
from tiengmo.speakers.models import Box
from tiengmo.speakers.tests.factories import BoxFactory

pytestmark = [
    pytest.mark.integration,
    # aiomqtt leaves futures behind when a broker turns it away at the door.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
OWN, OTHER = "loa-a", "loa-b"


@pytest.fixture
def boxes(home):
    return {
        serial: BoxFactory(serial=serial, broker_password=hash_password(f"secret {serial}"))
        for serial in (OWN, OTHER)
    }


def client(broker, serial, **options):
    options = {"clean_session": True, "identifier": serial, "keepalive": 10} | options
    return aiomqtt.Client(
        "127.0.0.1", broker.port, username=serial, password=f"secret {serial}", **options
    )


def gateway(broker, **options):
    return aiomqtt.Client(
        "127.0.0.1",
        broker.port,
        username="gateway",
        password=gateway_password(),
        identifier="gateway",
        keepalive=10,
        **options,
    )


async def collect(listener, seconds=0.6):
    """What arrives within a while; a message of the gateway's own at the end proves the way is open."""
    found = []

    async def read():
        async for message in listener.messages:
            found.append((str(message.topic), message.payload))  # noqa: PERF401

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(read(), seconds)
    return found


def test_box_uses_its_own_topics(broker, boxes):
    broker.start()

    async def scene():
        async with gateway(broker) as server, client(broker, OWN) as box:
            await server.subscribe("tm/1/boxes/+/status", qos=1)
            await box.subscribe(f"tm/1/boxes/{OWN}/commands", qos=1)
            await box.subscribe("tm/1/stations/02683/schedule", qos=1)
            await box.publish(f"tm/1/boxes/{OWN}/status", b"well", qos=1, retain=True)
            await server.publish(f"tm/1/boxes/{OWN}/commands", b"do", qos=1)
            await server.publish("tm/1/stations/02683/schedule", b"plan", qos=1, retain=True)
            return await collect(server), await collect(box)

    heard, obeyed = asyncio.run(scene())
    assert heard == [(f"tm/1/boxes/{OWN}/status", b"well")]
    assert sorted(obeyed) == [
        (f"tm/1/boxes/{OWN}/commands", b"do"),
        ("tm/1/stations/02683/schedule", b"plan"),
    ]


@pytest.mark.parametrize(
    "topic",
    [
        f"tm/1/boxes/{OTHER}/status",
        f"tm/1/boxes/{OTHER}/reports",
        f"tm/1/boxes/{OTHER}/commands",
        f"tm/1/boxes/{OWN}/commands",
        f"tm/1/boxes/{OWN}/assignment",
        "tm/1/stations/02683/schedule",
        "tm/1/revocations",
        "tm/1/root",
        "elsewhere",
    ],
)
def test_box_cannot_write(broker, boxes, topic):
    broker.start()

    async def scene():
        async with gateway(broker) as server, client(broker, OWN) as box:
            await server.subscribe("tm/1/#", qos=1)
            for retain in (False, True):
                await box.publish(topic, b"forged", qos=0, retain=retain)
            await box.publish(f"tm/1/boxes/{OWN}/status", b"own", qos=1)
            live = await collect(server)
        async with gateway(broker) as late:
            await late.subscribe("#" if broker.kind == "embedded" else "tm/1/#", qos=1)
            return live, await collect(late, 0.3)

    live, retained = asyncio.run(scene())
    assert live == [(f"tm/1/boxes/{OWN}/status", b"own")]
    assert retained == []


@pytest.mark.parametrize(
    "topic_filter",
    [
        f"tm/1/boxes/{OTHER}/commands",
        f"tm/1/boxes/{OTHER}/#",
        "tm/1/boxes/+/commands",
        "tm/1/boxes/#",
        "tm/#",
        "#",
        "+/+/boxes/+/commands",
        "$SYS/#",
        "$CONTROL/#",
    ],
)
def test_box_cannot_read(broker, boxes, topic_filter):
    broker.start()

    async def scene():
        async with gateway(broker) as server, client(broker, OWN) as box:
            await server.publish(f"tm/1/boxes/{OTHER}/assignment", b"kept", qos=1, retain=True)
            granted = None
            try:
                granted = await box.subscribe(topic_filter, qos=1)
            except aiomqtt.MqttError:
                return granted, []
            await server.publish(f"tm/1/boxes/{OTHER}/commands", b"secret", qos=1)
            return granted, await collect(box)

    granted, heard = asyncio.run(scene())
    assert heard == []
    assert granted is None or all(getattr(code, "value", code) == 0x80 for code in granted)


def test_will_for_another_topic_never_goes_out(broker, boxes):
    broker.start()

    async def scene():
        async with gateway(broker) as server:
            await server.subscribe("tm/1/#", qos=1)
            will = aiomqtt.Will(f"tm/1/boxes/{OTHER}/status", b"dead", qos=1, retain=True)
            try:
                async with client(broker, OWN, will=will) as box:
                    await box.publish(f"tm/1/boxes/{OWN}/status", b"alive", qos=1)
                    box._client.socket().shutdown(socket.SHUT_RDWR)
                    await asyncio.sleep(0.2)
            except aiomqtt.MqttError:
                pass
            return [topic for topic, _payload in await collect(server)]

    assert f"tm/1/boxes/{OTHER}/status" not in asyncio.run(scene())


def test_own_will_goes_out_when_the_line_is_cut(broker, boxes):
    broker.start()

    async def scene():
        async with gateway(broker) as server:
            await server.subscribe("tm/1/#", qos=1)
            will = aiomqtt.Will(f"tm/1/boxes/{OWN}/status", b"dead", qos=1, retain=True)
            try:
                async with client(broker, OWN, will=will) as box:
                    box._client.socket().shutdown(socket.SHUT_RDWR)
                    await asyncio.sleep(0.2)
            except aiomqtt.MqttError:
                pass
            return await collect(server)

    assert asyncio.run(scene()) == [(f"tm/1/boxes/{OWN}/status", b"dead")]


@pytest.mark.parametrize(
    "options",
    [
        {"identifier": OTHER},  # another box's session, with its queued messages
        {"password": "wrong"},
        {"username": OTHER},
        {"username": None, "password": None},
        {"keepalive": 60},
    ],
)
def test_turned_away_at_the_door(broker, boxes, options):
    broker.start()
    wanted = {
        "identifier": OWN,
        "username": OWN,
        "password": f"secret {OWN}",
        "keepalive": 10,
        "clean_session": True,
    } | options

    async def scene():
        async with aiomqtt.Client("127.0.0.1", broker.port, **wanted):
            pass

    if "keepalive" in options and type(broker).__name__ == "MosquittoProcess":
        # Mosquitto 2.0.11 holds only MQTT 5 clients to `max_keepalive`; a box that asks for more
        # is let in, and the gateway's own watch over silence finds it instead of the will.
        asyncio.run(scene())
        return
    with pytest.raises(aiomqtt.MqttError):
        asyncio.run(scene())


def test_a_stranger_at_the_door_disturbs_nobody(broker, boxes):
    """A wrong password under a box's own name must not end that box's session."""
    broker.start()

    async def scene():
        async with (
            gateway(broker) as server,
            client(broker, OWN, clean_session=False) as box,
        ):
            await box.subscribe(f"tm/1/boxes/{OWN}/commands", qos=1)
            with pytest.raises(aiomqtt.MqttError):
                async with aiomqtt.Client(
                    "127.0.0.1",
                    broker.port,
                    username=OWN,
                    password="guess",
                    identifier=OWN,
                    keepalive=10,
                    clean_session=True,
                ):
                    pass
            await server.publish(f"tm/1/boxes/{OWN}/commands", b"do", qos=1)
            return await collect(box)

    assert asyncio.run(scene()) == [(f"tm/1/boxes/{OWN}/commands", b"do")]


def test_returning_box_gets_nobody_elses_retained_messages(broker, boxes):
    broker.start()

    async def scene():
        async with gateway(broker) as server:
            await server.publish(f"tm/1/boxes/{OTHER}/assignment", b"other", qos=1, retain=True)
            async with client(broker, OTHER, clean_session=False) as other:
                await other.subscribe(f"tm/1/boxes/{OTHER}/assignment", qos=1)
            async with client(broker, OWN, clean_session=False) as box:
                return await collect(box)

    assert asyncio.run(scene()) == []


def test_retired_box_is_not_let_in_after_a_restart(broker, boxes):
    Box.objects.filter(serial=OWN).update(retired_at="2026-01-01T00:00Z")
    broker.start()

    async def scene():
        async with client(broker, OWN):
            pass

    with pytest.raises(aiomqtt.MqttError):
        asyncio.run(scene())
