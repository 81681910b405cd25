import { mkdtempSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { until } from './patience';

/**
 * The least that any live screen does, done by nothing of ours: a call is taken, a line is written and synced, a page
 * hears of it and paints it. How long that takes says how much of the machine is left for what is measured beside it.
 */
export interface Yardstick {
  /** Begins one measurement, and goes on. */
  readonly measure: () => void;
  /** To be asked once what is looked at is over. */
  readonly read: () => Promise<Slowness>;
  readonly close: () => Promise<void>;
}

/**
 * How many times longer than on a quiet machine the measurements took, on average, that were under way between two
 * moments, in milliseconds since the epoch; 1 at the least.
 */
export type Slowness = (from: number, to: number) => number;

/** Milliseconds that a measurement takes on a quiet machine: a frame of 17, and the rest. */
const QUIET_MS = 30;

/** The page notes when it has painted what it was told, as test/support/screen-watch.ts does. */
const PAGE = `<!doctype html><title>Yardstick</title><output></output><script>
  window.painted = {};
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }) => { window.painted[data] = performance.timeOrigin + performance.now(); };
  new EventSource('/feed').onmessage = ({ data }) => {
    document.querySelector('output').textContent = data;
    requestAnimationFrame(() => port2.postMessage(data));
  };
</script>`;

const now = (): number => performance.timeOrigin + performance.now();

/** @param page of its own, so that it shares no thread with what is measured */
export async function startYardstick(page: Page): Promise<Yardstick> {
  const directory = mkdtempSync(join(tmpdir(), 'yardstick-'));
  const file = await open(join(directory, 'log'), 'a');
  const feeds = new Set<ServerResponse>();
  const server = serve(file, feeds);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  await page.goto(url);
  await until('the yardstick to hear', () => feeds.size > 0);
  const begunAt: number[] = [];
  const calls: Promise<unknown>[] = [];
  return {
    measure: () => {
      const number = begunAt.push(now()) - 1;
      calls.push(fetch(url, { method: 'POST', body: String(number) }));
    },
    read: async () => {
      await Promise.all(calls);
      const painted = await page.evaluate<Readonly<Record<string, number>>>('window.painted');
      // What is not painted yet takes until now at the least.
      const measured = begunAt.map((begun, number) => [begun, painted[String(number)] ?? now()] as const);
      return (from, to) => {
        const times = measured.filter(([begun, end]) => begun <= to && end >= from).map(([begun, end]) => end - begun);
        const mean = times.reduce((sum, time) => sum + time, 0) / Math.max(1, times.length);
        return Math.max(1, mean / QUIET_MS);
      };
    },
    close: async () => {
      for (const feed of feeds) feed.end();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
      await file.close();
      rmSync(directory, { recursive: true });
    },
  };
}

function serve(file: FileHandle, feeds: Set<ServerResponse>): Server {
  return createServer((request, response) => {
    if (request.method === 'POST') {
      void (async () => {
        const parts: Buffer[] = [];
        for await (const part of request) parts.push(part as Buffer);
        const number = Buffer.concat(parts).toString();
        await file.appendFile(`${number}\n`);
        await file.datasync();
        for (const feed of feeds) feed.write(`data: ${number}\n\n`);
        response.end();
      })();
    } else if (request.url === '/feed') {
      response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' }).flushHeaders();
      feeds.add(response);
    } else response.writeHead(200, { 'Content-Type': 'text/html' }).end(PAGE);
  });
}
