import type { Router } from 'express';
import { z } from 'zod';
import { Readiness } from '../../schemas/api/order-view';
import { METRICS, readers } from '../access/requirements';
import { ANYONE, type Endpoints, json, serve } from '../http/endpoint';
import type { Metrics } from './metrics';

const TEXT = { 'text/plain': [z.string()] };

export const HEALTH_CALLS = {
  getHealth: {
    method: 'get',
    path: '/healthz',
    tag: 'Operations',
    summary: 'The process answers',
    description: 'It says nothing about what the process depends on.',
    answers: { 200: { description: 'It answers', content: TEXT } },
    problems: [],
    permission: ANYONE,
  },
  getReadiness: {
    method: 'get',
    path: '/readyz',
    tag: 'Operations',
    summary: 'The store takes writes and the projector has caught up',
    description: 'While it is not ready, it takes no deliveries, or its reads would be behind.',
    answers: { 200: json('Ready', Readiness), 503: json('Not ready, and what it waits for', Readiness) },
    problems: [],
    permission: ANYONE,
  },
} satisfies Endpoints;

export const METRICS_CALLS = {
  getMetrics: {
    method: 'get',
    path: '/metrics',
    tag: 'Operations',
    summary: 'Prometheus metrics',
    description: 'docs/reference/metrics.md lists them.',
    answers: { 200: { description: 'Text format', content: TEXT } },
    problems: [],
    permission: readers(METRICS),
  },
} satisfies Endpoints;

/** Creates the routes that answer whether the service lives and can work, for what starts and watches it. */
export const createHealthRoutes = (checkReadiness: () => Promise<Readiness>): Router =>
  serve(HEALTH_CALLS, {
    getHealth: ({ response }) => {
      response.type('text/plain').send('ok\n');
    },
    getReadiness: async ({ response }) => {
      const readiness = await checkReadiness();
      response.status(readiness.ready ? 200 : 503).json(readiness);
    },
  });

/** Creates the route that answers the metrics. Behind the guard. */
export const createMetricsRoutes = (metrics: Pick<Metrics, 'expose'>): Router =>
  serve(METRICS_CALLS, {
    getMetrics: async ({ response }) => {
      const { contentType, text } = await metrics.expose();
      response.set('Content-Type', contentType).send(text);
    },
  });
