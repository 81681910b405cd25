"""What test/clients/languages.ts tells of, in Python."""

import base64
import os
import sys
from typing import Any, List

from ticket_rail import Item, TicketRail, TicketRailError, verify_delivery

env = os.environ


def say(*fields: Any) -> None:
    print("\t".join(str(field) for field in fields), flush=True)


def follow(rail: TicketRail) -> None:
    handed = 0
    begun = 0

    def take_in(items: List[Item]) -> None:
        nonlocal handed
        handed += 1
        if handed == int(env["THROW_AT"]):
            # As another service of Ticket Rail may answer that a handler asks.
            raise TicketRailError(410, {"type": "urn:ticket-rail:problem:feed-position-unknown"}, None)
        for item in items:
            ref = (item.get("data") or {}).get("ref", "-")
            say("item", item["location_id"], item["order_id"], item.get("revision", "-"), ref)
        if handed == int(env["DIE_AT"]):
            os._exit(9)

    def start_over() -> None:
        nonlocal begun
        begun += 1
        say("start over")
        if begun == 1 and env["START_OVER"] == "throws":
            raise RuntimeError("the database is away")
        if env["START_OVER"] == "dies":
            os._exit(9)

    def on_failure(error: Exception, seconds: float) -> None:
        say("failed", getattr(error, "status", 0))

    rail.follow(
        env["CONSUMER"],
        take_in,
        view=env["VIEW"],  # type: ignore
        start=env["FROM"],  # type: ignore
        locations=[env["LOCATION"]] if env["LOCATION"] else [],
        limit=int(env["LIMIT"]),
        wait=1,
        start_over=start_over if env["START_OVER"] else None,
        on_failure=on_failure,
    )


def main() -> None:
    if sys.argv[1] == "verify":
        for line in sys.stdin:
            secrets, message_id, timestamp, signature, body, now = line.rstrip("\n").split("\t")
            given = {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": signature}
            headers = {name: value for name, value in given.items() if value}
            say(verify_delivery(secrets.split(" "), headers, base64.b64decode(body), int(now)) or "-")
        return
    if sys.argv[1] == "connect":
        for line in sys.stdin:
            url, token = (
                None if field == "-" else base64.b64decode(field).decode() for field in line.rstrip("\n").split("\t")
            )
            try:
                TicketRail(url, token)  # type: ignore
                say("taken")
            except ValueError as error:
                say("refused", error)
        return
    rail = TicketRail(env["URL"], env["TOKEN"])
    if sys.argv[1] == "order":
        order = rail.order(env["LOCATION"], env["ORDER"])
        say("none") if order is None else say(order["stage"], order["revision"])
        return
    try:
        follow(rail)
    except TicketRailError as error:
        say("ended", error.status, error.is_problem(env["PROBLEM"]))


main()
