"""Follows the feed of Ticket Rail, and verifies what Ticket Rail sends.

One file without dependencies, for Python 3.8 and later. Copy it.
"""

import base64
import binascii
import email.utils
import hashlib
import hmac
import json
import random
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, Callable, Dict, Iterable, List, Literal, Optional, Sequence, Tuple, TypedDict, Union

Stage = Literal[
    "preparing", "ready", "driver_here", "on_the_way", "needs_action",
    "coming_back", "completed", "failed", "canceled", "returned",
]
View = Literal["events", "orders"]


class Order(TypedDict):
    """One order as it stands. Times are RFC 3339 in UTC."""

    location_id: str
    order_id: str
    status: Optional[str]
    delivery_status: Optional[str]
    driver_details: Optional[Dict[str, Any]]
    stage: Stage
    attention: List[str]
    same_report_as: Optional[Dict[str, Any]]
    handed_over: Optional[Dict[str, Any]]
    acknowledged: Dict[str, Optional[Dict[str, Any]]]
    revision: int
    first_received_at: str
    updated_at: str
    stage_since: str


class Item(TypedDict, total=False):
    """One piece of news. `type` says which it is:

    `order.state` (view `orders`) has `revision` and `order`; `order.updated`, `order.canceled`, and `rail.handed_over`,
    `rail.acknowledged` and `rail.undone` (view `events`) have `revision`, `data`, `stage`, `attention`, `source` and
    `verdict`; `order.removed` says that retention deleted the order.
    """

    position: str
    location_id: str
    order_id: str
    type: Literal[
        "order.state", "order.updated", "order.canceled",
        "rail.handed_over", "rail.acknowledged", "rail.undone", "order.removed",
    ]
    received_at: str
    revision: int
    order: Order
    data: Dict[str, Any]
    stage: Stage
    attention: List[str]
    source: Optional[str]
    verdict: str


class TicketRailError(Exception):
    """An answer that is none of those that were asked for."""

    def __init__(self, status: int, problem: Dict[str, Any], retry_after: Optional[float]) -> None:
        super().__init__("%d %s: %s" % (status, problem.get("title", ""), problem.get("detail", "")))
        self.status = status
        self.problem = problem
        self.retry_after = retry_after

    def is_problem(self, code: str) -> bool:
        """Whether the problem is this one, such as `consumer-not-found`."""
        return self.problem.get("type") == "urn:ticket-rail:problem:" + code


# Seconds before the first repetition, and the most before any; each is twice as long as the one before.
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
# Seconds that an answer may take beyond the time that it was asked to wait.
ANSWER_S = 30.0
# Most seconds that a delivery may be older or newer than the clock here.
TOLERANCE_S = 300


def pause_seconds(failures: int, chance: float, asked: Optional[float]) -> float:
    """Seconds to wait after so many failures in a row. Half is left to chance, so that many clients do not come at once."""
    longest = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(failures - 1, 16))
    return max(longest * (0.5 + chance / 2), asked or 0.0)


_URL = re.compile(
    r"https?://(?:[^\s/?#:@\[\]\\]+|\[[0-9a-f:.]+\])(?::([1-9][0-9]{0,4}))?(?:/[\w.~%/-]*)?", re.ASCII | re.IGNORECASE
)


class _Raised(Exception):
    """What a function of the program raised: never taken for an answer of the feed."""

    def __init__(self, error: Exception) -> None:
        super().__init__(error)
        self.error = error


def _of_program(function: Callable[..., Any], *arguments: Any) -> None:
    try:
        function(*arguments)
    except Exception as error:
        raise _Raised(error) from error


def _is_problem(error: Exception, code: str) -> bool:
    return isinstance(error, TicketRailError) and error.is_problem(code)


def _retry_after(value: Optional[str]) -> Optional[float]:
    if value is None:
        return None
    if value.isdigit():
        return float(value)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except (TypeError, ValueError):
        return None


def _may_pass(error: BaseException) -> bool:
    return not isinstance(error, TicketRailError) or error.status in (408, 429) or error.status >= 500


class TicketRail:
    """A service of Ticket Rail, such as `TicketRail("http://localhost:8080", token)`."""

    def __init__(self, url: str, token: Optional[str] = None) -> None:
        form = _URL.fullmatch(url or "")
        if form is None or int(form.group(1) or 80) > 65535:
            raise ValueError("URL must be like http://localhost:8080 or https://pos.example.com/rail")
        if re.fullmatch("[!-~]*", token or "") is None:
            raise ValueError("token must have no white space, and only ASCII characters")
        self._url = url.rstrip("/")
        self._headers = {"Authorization": "Bearer " + token} if token else {}

    def follow(
        self,
        consumer: str,
        handle: Callable[[List[Item]], None],
        view: View = "orders",
        start: Literal["beginning", "now"] = "beginning",
        locations: Sequence[str] = (),
        limit: int = 1000,
        wait: int = 30,
        start_over: Optional[Callable[[], None]] = None,
        on_failure: Callable[[Exception, float], None] = lambda error, seconds: None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        """Hands over the news of all orders, until `stopped` is true.

        Each item comes at least once. What `handle` was given is committed only after it returned, and comes again if it
        raised or if the process ended: with the view `orders`, replace what you have by what comes; with `events`, take
        in each `position` once. `consumer` is the name of this one program, and `start` is for one that does not exist
        yet. `on_failure` is given each failure after which it asks again, and the seconds until then. Whatever no
        repetition mends is raised.

        `start_over` drops the copy. It is called when the client makes the consumer at the beginning, and on 410, which
        says that the log lacks the position of the copy. Without it, 410 is raised, and where the consumer is made, the
        copy stays.
        """
        query = [("consumer", consumer), ("view", view), ("limit", str(limit)), ("wait", str(wait))]
        query += [("location_id", location) for location in locations]
        failures = 0
        has_begun = False
        # The position that the copy has, so that a log that lost it is noticed; at first it is not known.
        known: List[Tuple[str, str]] = []
        while not stopped():
            try:
                page = self._call("GET", "/feed?" + urllib.parse.urlencode(query + known), timeout=wait + ANSWER_S)
                known = [("known", page["next"])]
                has_begun = True
                if page["items"]:
                    _of_program(handle, page["items"])
                    self._call("POST", _consumer(consumer) + "/commit", {"position": page["next"]})
                failures = 0
            except Exception as error:  # whatever a handler raises is repeated, too
                is_first = not has_begun and _is_problem(error, "consumer-not-found")
                has_begun = has_begun or _is_problem(error, "feed-position-unknown")
                left = self._mend(error, consumer, start, start_over, has_begun)
                if left is None:
                    known = []
                    has_begun = True
                    if is_first:
                        continue
                elif not _may_pass(left):
                    raise left
                # What was mended may be so again, as where two logs answer in turn: it waits as well.
                failure = left or error
                failures += 1
                asked = failure.retry_after if isinstance(failure, TicketRailError) else None
                seconds = pause_seconds(failures, random.random(), asked)
                on_failure(failure.error if isinstance(failure, _Raised) else failure, seconds)
                time.sleep(seconds)

    def set_consumer(self, name: str, **start: str) -> None:
        """Sets a consumer to a place: `from_="now"`, `position="..."` or `time="..."`; nothing: the beginning."""
        self._call("PUT", _consumer(name), {key.rstrip("_"): value for key, value in start.items()})

    def order(self, location_id: str, order_id: str) -> Optional[Order]:
        """An order as it stands, or None if there is none."""
        path = "/locations/%s/orders/%s" % tuple(urllib.parse.quote(one, safe="") for one in (location_id, order_id))
        try:
            return self._call("GET", path)
        except TicketRailError as error:
            if error.is_problem("order-not-found"):
                return None
            raise

    def _mend(
        self, error: Exception, consumer: str, start: str, start_over: Optional[Callable[[], None]], has_begun: bool
    ) -> Optional[Exception]:
        """What is wrong still, or None: then asking again helps. There may be a copy if it has begun."""
        is_lost = _is_problem(error, "feed-position-unknown") and start_over is not None
        if not is_lost and not _is_problem(error, "consumer-not-found"):
            return error
        try:
            if is_lost:
                # A program that ends from here on finds no consumer when it comes again.
                self._call("DELETE", _consumer(consumer))
            if start_over is not None and (has_begun or start == "beginning"):
                _of_program(start_over)
                start = "beginning"
            self.set_consumer(consumer, from_=start)
        except Exception as failure:
            # Where it was deleted meanwhile, the next answer says so.
            if not _is_problem(failure, "consumer-not-found"):
                return failure
        return None

    def _call(self, method: str, path: str, body: Any = None, timeout: float = ANSWER_S) -> Any:
        headers = dict(self._headers)
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body).encode()
        request = urllib.request.Request(self._url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return None if answer.status == 204 else json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                text = error.read()
            try:
                problem = json.loads(text)
            except ValueError:
                problem = {}
            retry_after = _retry_after(error.headers.get("Retry-After"))
            raise TicketRailError(error.code, problem if isinstance(problem, dict) else {}, retry_after) from None


def _consumer(name: str) -> str:
    return "/consumers/" + urllib.parse.quote(name, safe="")


def verify_delivery(
    secrets: Iterable[str], headers: Any, body: Union[bytes, str], now: Optional[float] = None
) -> Optional[str]:
    """The id of what a destination was sent (Standard Webhooks), or None if it is not authentic.

    `secrets` are `whsec_...`; all of them verify, so that a secret is rotated without a gap. `headers` has `get`, with
    names in lower case. `body` is what came, before anything parsed it. The same id may come again.
    """
    message_id = headers.get("webhook-id") or ""
    timestamp = headers.get("webhook-timestamp") or ""
    if not message_id or not timestamp.isdigit():
        return None
    if abs((time.time() if now is None else now) - int(timestamp)) > TOLERANCE_S:
        return None
    content = body.encode() if isinstance(body, str) else body
    signed = ("%s.%s." % (message_id, timestamp)).encode() + content
    given = [one[3:].encode() for one in (headers.get("webhook-signature") or "").split(" ") if one.startswith("v1,")]
    for secret in secrets:
        try:
            key = base64.b64decode(secret[6:] if secret.startswith("whsec_") else secret, validate=True)
        except (binascii.Error, ValueError):
            continue
        if not key:
            continue
        expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
        if any(hmac.compare_digest(expected, one) for one in given):
            return message_id
    return None
