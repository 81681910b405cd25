<?php

/**
 * Follows the feed of Ticket Rail, and verifies what Ticket Rail sends.
 *
 * One file without dependencies, for PHP 7.4 and later. Copy it.
 */

declare(strict_types=1);

namespace TicketRail;

/** One order as it stands. Times are RFC 3339 in UTC. */
final class Order
{
    public string $locationId;
    public string $orderId;
    public ?string $status;
    public ?string $deliveryStatus;
    /** @var array<string, mixed>|null Who drives, as the delivery service reports it. */
    public ?array $driverDetails;
    /** One of `preparing`, `ready`, `driver_here`, `on_the_way`, `needs_action`, `coming_back`, `completed`, ... */
    public string $stage;
    /** @var string[] */
    public array $attention;
    /** @var array{revision: int, received_at: string}|null */
    public ?array $sameReportAs;
    /** @var array<string, mixed>|null The newest handover that was not undone. */
    public ?array $handedOver;
    /** @var array{cancel: ?array<string, mixed>, driver_change: ?array<string, mixed>} What somebody has seen. */
    public array $acknowledged;
    public int $revision;
    public string $firstReceivedAt;
    public string $updatedAt;
    public string $stageSince;
    /** @var array<string, mixed> Everything, as it came. */
    public array $all;

    /** @param array<string, mixed> $order */
    public function __construct(array $order)
    {
        $this->locationId = $order['location_id'];
        $this->orderId = $order['order_id'];
        $this->status = $order['status'];
        $this->deliveryStatus = $order['delivery_status'];
        $this->driverDetails = $order['driver_details'];
        $this->stage = $order['stage'];
        $this->attention = $order['attention'];
        $this->sameReportAs = $order['same_report_as'];
        // A service before this client has neither, as while instances are upgraded one after the other.
        $this->handedOver = $order['handed_over'] ?? null;
        $this->acknowledged = $order['acknowledged'] ?? ['cancel' => null, 'driver_change' => null];
        $this->revision = $order['revision'];
        $this->firstReceivedAt = $order['first_received_at'];
        $this->updatedAt = $order['updated_at'];
        $this->stageSince = $order['stage_since'];
        $this->all = $order;
    }
}

/**
 * One piece of news. `type` says which it is:
 *
 * `order.state` (view `orders`) has `revision` and `order`; `order.updated`, `order.canceled`, and `rail.handed_over`,
 * `rail.acknowledged` and `rail.undone` (view `events`) have `revision`, `data`, `stage`, `attention`, `source` and
 * `verdict`; `order.removed` says that retention deleted the order. What an item does not have is null.
 */
final class Item
{
    public string $position;
    public string $locationId;
    public string $orderId;
    public string $type;
    public string $receivedAt;
    public ?int $revision;
    public ?Order $order;
    /** @var array<string, mixed>|null `object` of the delivery. */
    public ?array $data;
    public ?string $stage;
    /** @var string[]|null */
    public ?array $attention;
    public ?string $source;
    public ?string $verdict;
    /** @var array<string, mixed> Everything, as it came. */
    public array $all;

    /** @param array<string, mixed> $item */
    public function __construct(array $item)
    {
        $this->position = $item['position'];
        $this->locationId = $item['location_id'];
        $this->orderId = $item['order_id'];
        $this->type = $item['type'];
        $this->receivedAt = $item['received_at'];
        $this->revision = $item['revision'] ?? null;
        $this->order = isset($item['order']) ? new Order($item['order']) : null;
        $this->data = $item['data'] ?? null;
        $this->stage = $item['stage'] ?? null;
        $this->attention = $item['attention'] ?? null;
        $this->source = $item['source'] ?? null;
        $this->verdict = $item['verdict'] ?? null;
        $this->all = $item;
    }
}

/** An answer that is none of those that were asked for, or none at all: then its status is 0. */
final class TicketRailException extends \RuntimeException
{
    public int $status;
    /** @var array<string, mixed> As RFC 9457 has it; empty if the answer had none. */
    public array $problem;
    public ?float $retryAfter;

    /** @param array<string, mixed> $problem */
    public function __construct(int $status, array $problem, ?float $retryAfter, string $message = '')
    {
        $said = trim(($problem['title'] ?? '') . ': ' . ($problem['detail'] ?? ''), ': ');
        parent::__construct($message !== '' ? $message : trim("$status $said"));
        $this->status = $status;
        $this->problem = $problem;
        $this->retryAfter = $retryAfter;
    }

    /** Whether the problem is this one, such as `consumer-not-found`. */
    public function isProblem(string $code): bool
    {
        return ($this->problem['type'] ?? null) === "urn:ticket-rail:problem:$code";
    }
}

/**
 * What a function of the program threw: never taken for an answer of the feed.
 *
 * @internal
 */
final class Thrown extends \RuntimeException
{
    public \Throwable $thrown;

    public function __construct(\Throwable $thrown)
    {
        parent::__construct('', 0, $thrown);
        $this->thrown = $thrown;
    }
}

/** A service of Ticket Rail, such as `new Client('http://localhost:8080', $token)`. */
final class Client
{
    /** Seconds before the first repetition, and the most before any; each is twice as long as the one before. */
    private const FIRST_PAUSE_S = 0.5;
    private const LONGEST_PAUSE_S = 30.0;
    /** Seconds that an answer may take beyond the time that it was asked to wait. */
    private const ANSWER_S = 30;

    private const URL = '#^(https?)://(?:[^\s/?\#:@\[\]\\\\]+|\[[0-9a-f:.]+\])(?::([1-9][0-9]{0,4}))?(?:/[\w.~%/-]*)?$#Di';

    private string $url;
    private string $token;

    /** @throws \InvalidArgumentException If the URL or the token can never work. */
    public function __construct(string $url, ?string $token = null)
    {
        if (preg_match(self::URL, $url, $match) !== 1 || (int) ($match[2] ?? 80) > 65535) {
            throw new \InvalidArgumentException('URL must be like http://localhost:8080 or https://pos.example.com/rail');
        }
        if (preg_match('/^[!-~]*$/D', $token ?? '') !== 1) {
            throw new \InvalidArgumentException('token must have no white space, and only ASCII characters');
        }
        // PHP takes HTTPS in capitals for http, and would send the token in clear.
        $this->url = rtrim(strtolower($match[1]) . substr($url, strlen($match[1])), '/');
        $this->token = $token ?? '';
    }

    /**
     * Hands over the news of all orders, until `stopped` returns true.
     *
     * Each item comes at least once. What `$handle` was given is committed only after it returned, and comes again if it
     * threw or if the process ended: with the view `orders`, replace what you have by what comes; with `events`, take in
     * each `position` once. `$consumer` is the name of this one program.
     *
     * Options:
     * - `view`: `orders` (default): each order with news once, in its newest state; `events`: every fact.
     * - `from`: where a consumer that does not exist yet begins, `beginning` (default) or `now`.
     * - `locations`: ids of locations; none: all that the reader may see.
     * - `limit`: most items that are handed over at once, 1 to 1,000.
     * - `wait`: seconds that an answer waits for news, 0 to 30.
     * - `startOver`: drops the copy. It is called when the client makes the consumer at the beginning, and on 410, which
     *   says that the log lacks the position of the copy. Without it, 410 is thrown, and where the consumer is made, the copy
     *   stays.
     * - `onFailure`: is given each failure after which it asks again, as a `Throwable`, and the seconds until then, as a
     *   float.
     * - `stopped`: is given nothing, and returns whether to end.
     *
     * @param callable(Item[]): mixed $handle
     * @param array{view?: string, from?: string, locations?: string[], limit?: int, wait?: int, startOver?: callable,
     *   onFailure?: callable, stopped?: callable} $options
     * @throws TicketRailException What no repetition mends, such as a token that is not known.
     */
    public function follow(string $consumer, callable $handle, array $options = []): void
    {
        $wait = $options['wait'] ?? 30;
        $query = http_build_query([
            'consumer' => $consumer,
            'view' => $options['view'] ?? 'orders',
            'limit' => $options['limit'] ?? 1000,
            'wait' => $wait,
        ]);
        foreach ($options['locations'] ?? [] as $location) {
            $query .= '&location_id=' . rawurlencode($location);
        }
        $stopped = $options['stopped'] ?? static fn(): bool => false;
        $failures = 0;
        $hasBegun = false;
        // With the position that the copy has, so that a log that lost it is noticed; at first it is not known.
        $known = '';
        while (!$stopped()) {
            try {
                $page = $this->call('GET', "/feed?$query$known", null, $wait + self::ANSWER_S);
                $known = '&known=' . rawurlencode($page['next']);
                $hasBegun = true;
                if ($page['items'] !== []) {
                    $items = array_map(static fn(array $item): Item => new Item($item), $page['items']);
                    self::ofProgram(static fn() => $handle($items));
                    $this->call('POST', self::path($consumer) . '/commit', ['position' => $page['next']]);
                }
                $failures = 0;
            } catch (\Throwable $thrown) { // whatever a handler throws is repeated, too
                $isFirst = !$hasBegun && self::isProblem($thrown, 'consumer-not-found');
                $hasBegun = $hasBegun || self::isProblem($thrown, 'feed-position-unknown');
                $left = $this->mend($thrown, $consumer, $options, $hasBegun);
                if ($left === null) {
                    $known = '';
                    $hasBegun = true;
                    if ($isFirst) {
                        continue;
                    }
                } elseif (!self::mayPass($left)) {
                    throw $left;
                }
                // What was mended may be so again, as where two logs answer in turn: it waits as well.
                $failure = $left ?? $thrown;
                $failures++;
                $asked = $failure instanceof TicketRailException ? $failure->retryAfter : null;
                $seconds = self::pauseSeconds($failures, mt_rand() / mt_getrandmax(), $asked);
                if (isset($options['onFailure'])) {
                    $options['onFailure']($failure instanceof Thrown ? $failure->thrown : $failure, $seconds);
                }
                usleep((int) ($seconds * 1e6));
            }
        }
    }

    /**
     * Sets a consumer to a place; one that does not exist is made.
     *
     * @param array{from?: string, position?: string, time?: string} $start One of them; none: the beginning.
     */
    public function setConsumer(string $name, array $start = []): void
    {
        $this->call('PUT', self::path($name), $start === [] ? ['from' => 'beginning'] : $start);
    }

    /** An order as it stands, or null if there is none. */
    public function order(string $locationId, string $orderId): ?Order
    {
        try {
            $path = '/locations/' . rawurlencode($locationId) . '/orders/' . rawurlencode($orderId);
            return new Order($this->call('GET', $path));
        } catch (TicketRailException $failure) {
            if ($failure->isProblem('order-not-found')) {
                return null;
            }
            throw $failure;
        }
    }

    /** Seconds to wait after so many failures in a row. Half is left to chance, so that many do not come at once. */
    public static function pauseSeconds(int $failures, float $chance, ?float $asked): float
    {
        $longest = min(self::LONGEST_PAUSE_S, self::FIRST_PAUSE_S * 2 ** min($failures - 1, 16));
        return max($longest * (0.5 + $chance / 2), $asked ?? 0.0);
    }

    /**
     * What is wrong still, or null: then asking again helps. There may be a copy if it has begun.
     *
     * @param array<string, mixed> $options
     */
    private function mend(\Throwable $thrown, string $consumer, array $options, bool $hasBegun): ?\Throwable
    {
        $isLost = self::isProblem($thrown, 'feed-position-unknown') && isset($options['startOver']);
        if (!$isLost && !self::isProblem($thrown, 'consumer-not-found')) {
            return $thrown;
        }
        try {
            if ($isLost) {
                // A program that ends from here on finds no consumer when it comes again.
                $this->call('DELETE', self::path($consumer));
            }
            $from = $options['from'] ?? 'beginning';
            if (isset($options['startOver']) && ($hasBegun || $from === 'beginning')) {
                self::ofProgram($options['startOver']);
                $from = 'beginning';
            }
            $this->setConsumer($consumer, ['from' => $from]);
        } catch (\Throwable $failure) {
            // Where it was deleted meanwhile, the next answer says so.
            return self::isProblem($failure, 'consumer-not-found') ? null : $failure;
        }
        return null;
    }

    private static function ofProgram(callable $function): void
    {
        try {
            $function();
        } catch (\Throwable $thrown) {
            throw new Thrown($thrown);
        }
    }

    private static function isProblem(\Throwable $thrown, string $code): bool
    {
        return $thrown instanceof TicketRailException && $thrown->isProblem($code);
    }

    private static function mayPass(\Throwable $failure): bool
    {
        return !$failure instanceof TicketRailException
            || in_array($failure->status, [0, 408, 429], true)
            || $failure->status >= 500;
    }

    private static function path(string $consumer): string
    {
        return '/consumers/' . rawurlencode($consumer);
    }

    /**
     * @param array<string, mixed>|null $body
     * @return array<string, mixed>
     */
    private function call(string $method, string $path, ?array $body = null, int $timeout = self::ANSWER_S): array
    {
        $headers = ['Connection: close'];
        if ($this->token !== '') {
            $headers[] = "Authorization: Bearer $this->token";
        }
        $http = [
            'method' => $method,
            'timeout' => $timeout,
            'protocol_version' => 1.1,
            'ignore_errors' => true,
            'follow_location' => 0,
        ];
        if ($body !== null) {
            $headers[] = 'Content-Type: application/json';
            $http['content'] = json_encode($body, JSON_THROW_ON_ERROR);
        }
        $stream = @fopen($this->url . $path, 'r', false, stream_context_create(['http' => $http + ['header' => $headers]]));
        if ($stream === false) {
            throw new TicketRailException(0, [], null, error_get_last()['message'] ?? 'no answer');
        }
        $text = (string) stream_get_contents($stream);
        $meta = stream_get_meta_data($stream);
        fclose($stream);
        $answer = $meta['wrapper_data'];
        $status = (int) (explode(' ', $answer[0])[1] ?? 0);
        $value = self::read($text);
        if ($status === 204) {
            return [];
        }
        if ($status >= 200 && $status < 300) {
            if ($value === null) {
                throw new TicketRailException(0, [], null, 'the answer was cut off');
            }
            return $value;
        }
        throw new TicketRailException($status, $value ?? [], self::retryAfter($answer));
    }

    /**
     * Reads JSON. PHP rounds numbers to 64 bits: longer ones, and those with an exponent, come as text with all of their
     * digits instead.
     *
     * @return array<string, mixed>|null
     */
    private static function read(string $text): ?array
    {
        // The first half passes over texts.
        $long = '/"(?:[^"\\\\]++|\\\\.)*+"(*SKIP)(*FAIL)|-?\d(?:[\d.]{15,}+(?:[eE][-+]?\d+)?|[\d.]*+[eE][-+]?\d+)/s';
        $quoted = preg_replace($long, '"$0"', $text);
        $value = json_decode($quoted ?? $text, true, 512, JSON_BIGINT_AS_STRING);
        return is_array($value) ? $value : null;
    }

    /** @param string[] $headers */
    private static function retryAfter(array $headers): ?float
    {
        foreach ($headers as $header) {
            if (preg_match('/^retry-after:\s*(.+?)\s*$/i', $header, $match) === 1) {
                if (ctype_digit($match[1])) {
                    return (float) $match[1];
                }
                $time = strtotime($match[1]);
                return $time === false ? null : (float) max(0, $time - time());
            }
        }
        return null;
    }
}

/** Most seconds that a delivery may be older or newer than the clock here. */
const TOLERANCE_S = 300;

/**
 * The id of what a destination was sent (Standard Webhooks), or null if it is not authentic. The same id may come again.
 *
 * @param string[] $secrets `whsec_...`; all of them verify, so that a secret is rotated without a gap.
 * @param array<string, string> $headers By name, in any case, as `getallheaders()` gives them.
 * @param string $body What came, before anything parsed it: `file_get_contents('php://input')`.
 */
function verifyDelivery(array $secrets, array $headers, string $body, ?int $now = null): ?string
{
    $headers = array_change_key_case($headers);
    $id = $headers['webhook-id'] ?? '';
    $timestamp = $headers['webhook-timestamp'] ?? '';
    if ($id === '' || preg_match('/^\d{1,12}$/D', $timestamp) !== 1) {
        return null;
    }
    if (abs(($now ?? time()) - (int) $timestamp) > TOLERANCE_S) {
        return null;
    }
    $authentic = false;
    foreach ($secrets as $secret) {
        $key = base64_decode(strncmp($secret, 'whsec_', 6) === 0 ? substr($secret, 6) : $secret, true);
        if ($key === false || $key === '') {
            continue;
        }
        $expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $key, true));
        foreach (explode(' ', $headers['webhook-signature'] ?? '') as $given) {
            $authentic = hash_equals($expected, $given) || $authentic;
        }
    }
    return $authentic ? $id : null;
}
