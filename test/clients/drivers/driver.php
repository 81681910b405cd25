<?php

/** What test/clients/languages.ts tells of, in PHP. */

declare(strict_types=1);

use TicketRail\Client;
use TicketRail\TicketRailException;

error_reporting(E_ALL);
set_error_handler(static function (int $level, string $message, string $file, int $line): bool {
    if ((error_reporting() & $level) === 0) {
        return false;
    }
    throw new ErrorException($message, 0, $level, $file, $line);
});
require 'TicketRail.php';

/** @param mixed ...$fields */
function say(...$fields): void
{
    fwrite(STDOUT, implode("\t", $fields) . "\n");
}

function follow(Client $rail): void
{
    $handed = 0;
    $options = [
        'view' => getenv('VIEW'),
        'from' => getenv('FROM'),
        'locations' => array_filter([getenv('LOCATION')]),
        'limit' => (int) getenv('LIMIT'),
        'wait' => 1,
        'onFailure' => static function (Throwable $failure): void {
            say('failed', $failure instanceof TicketRailException ? $failure->status : 0);
        },
    ];
    if (getenv('START_OVER') !== '') {
        $begun = 0;
        $options['startOver'] = static function () use (&$begun): void {
            say('start over');
            $begun++;
            if ($begun === 1 && getenv('START_OVER') === 'throws') {
                throw new RuntimeException('the database is away');
            }
            if (getenv('START_OVER') === 'dies') {
                exit(9);
            }
        };
    }
    $rail->follow(getenv('CONSUMER'), static function (array $items) use (&$handed): void {
        $handed++;
        if ($handed === (int) getenv('THROW_AT')) {
            // As another service of Ticket Rail may answer that a handler asks.
            throw new TicketRailException(410, ['type' => 'urn:ticket-rail:problem:feed-position-unknown'], null);
        }
        foreach ($items as $item) {
            say('item', $item->locationId, $item->orderId, $item->revision ?? '-', $item->data['ref'] ?? '-');
        }
        if ($handed === (int) getenv('DIE_AT')) {
            exit(9);
        }
    }, $options);
}

if ($argv[1] === 'verify') {
    while (($line = fgets(STDIN)) !== false) {
        [$secrets, $id, $timestamp, $signature, $body, $now] = explode("\t", rtrim($line, "\n"));
        $given = ['Webhook-Id' => $id, 'Webhook-Timestamp' => $timestamp, 'Webhook-Signature' => $signature];
        $headers = array_filter($given);
        say(TicketRail\verifyDelivery(explode(' ', $secrets), $headers, base64_decode($body), (int) $now) ?? '-');
    }
    exit;
}
if ($argv[1] === 'connect') {
    while (($line = fgets(STDIN)) !== false) {
        [$url, $token] = explode("\t", rtrim($line, "\n"));
        try {
            new Client($url === '-' ? '' : base64_decode($url), $token === '-' ? '' : base64_decode($token));
            say('taken');
        } catch (InvalidArgumentException $refusal) {
            say('refused', $refusal->getMessage());
        }
    }
    exit;
}
$rail = new Client(getenv('URL'), getenv('TOKEN'));
if ($argv[1] === 'order') {
    $order = $rail->order(getenv('LOCATION'), getenv('ORDER'));
    $order === null ? say('none') : say($order->stage, $order->revision);
    exit;
}
try {
    follow($rail);
} catch (TicketRailException $failure) {
    say('ended', $failure->status, $failure->isProblem(getenv('PROBLEM')) ? 'true' : 'false');
}
