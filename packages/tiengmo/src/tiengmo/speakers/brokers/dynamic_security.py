"""Mosquitto's dynamic-security plugin: its file, and its control-topic commands.

One role per account: in 2.0.11 `%u` in a role is literal text, a topic shared by everybody. And no
`acl_file` beside the plugin: that opened every topic to everybody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .accounts import Account

Document = dict[str, Any]


def role_name(username: str) -> str:
    return f"of-{username}"


def acls(account: Account) -> list[Document]:
    def entry(kind: str, topic: str) -> Document:
        return {"acltype": kind, "topic": topic, "priority": 0, "allow": True}

    return [
        *(entry("publishClientSend", topic) for topic in account.rights.write),
        *(entry("publishClientReceive", topic) for topic in account.rights.read),
        *(entry("subscribePattern", topic) for topic in account.rights.read),
    ]


def document(accounts: Iterable[Account]) -> Document:
    """Return the plugin's whole file: nothing is allowed but what a role says."""
    clients, roles = [], []
    for account in accounts:
        roles.append({"rolename": role_name(account.username), "acls": acls(account)})
        client: Document = {
            "username": account.username,
            "roles": [{"rolename": role_name(account.username)}],
            "password": account.password["hash"],
            "salt": account.password["salt"],
            "iterations": account.password["iterations"],
        }
        if account.client_id:
            client["clientid"] = account.client_id
        clients.append(client)
    return {
        "defaultACLAccess": {
            "publishClientSend": False,
            "publishClientReceive": False,
            "subscribe": False,
            "unsubscribe": True,
        },
        "clients": clients,
        "groups": [],
        "roles": roles,
    }


def admit_commands(account: Account, password: str) -> list[Document]:
    """Return the commands that let one account in, whether or not it was known before.

    The plugin takes a password in clear text only, so an account can be admitted while it runs only
    at the moment its password is made; at its start the file carries all hashes.
    """
    role = role_name(account.username)
    return [
        {"command": "deleteClient", "username": account.username},
        {"command": "deleteRole", "rolename": role},
        {"command": "createRole", "rolename": role, "acls": acls(account)},
        {
            "command": "createClient",
            "username": account.username,
            "password": password,
            "clientid": account.client_id,
            "roles": [{"rolename": role}],
        },
    ]


def dismiss_commands(username: str) -> list[Document]:
    """Return the commands that disconnect an account and forget it."""
    return [
        {"command": "deleteClient", "username": username},
        {"command": "deleteRole", "rolename": role_name(username)},
    ]
