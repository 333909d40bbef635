// What a server counts, as Prometheus reads it. prom-client is loaded when a server is opened.

import type { Gauge } from 'prom-client';
import type { WebhookResult } from './webhook.ts';

export type Metrics = {
  readonly countWebhook: (result: WebhookResult) => void;
  readonly countEvents: (kind: string, result: string, count: number) => void;
  /** Starts to time a commit; the returned function ends it. */
  readonly timeCommit: () => () => void;
  readonly countSent: (count: number) => void;
  /** Ends what watches the process. */
  readonly close: () => void;
  readonly render: () => Promise<{ readonly contentType: string; readonly text: string }>;
};

/** Metrics of their own registry: two servers in one process do not mix. */
export async function createMetrics({ waiting }: { readonly waiting: () => number }): Promise<Metrics> {
  const client = await import('prom-client');
  const register = new client.Registry();
  const registers = [register];
  client.collectDefaultMetrics({ register });
  const webhooks = new client.Counter({
    name: 'tollbell_webhooks_total',
    help: 'Posts of webhooks, by what became of them',
    labelNames: ['result'],
    registers,
  });
  const events = new client.Counter({
    name: 'tollbell_events_total',
    help: 'Events in webhooks, by kind and by what became of them',
    labelNames: ['kind', 'result'],
    registers,
  });
  const sent = new client.Counter({ name: 'tollbell_sent_total', help: 'Messages handed to a provider by this process', registers });
  const commits = new client.Histogram({
    name: 'tollbell_commit_seconds',
    help: 'Time of one transaction of events',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers,
  });
  const depth: Gauge = new client.Gauge({
    name: 'tollbell_waiting_events',
    help: 'Events that wait for their transaction',
    registers,
    collect: () => depth.set(waiting()),
  });
  return {
    countWebhook: (result) => webhooks.inc({ result }),
    countEvents: (kind, result, count) => events.inc({ kind, result }, count),
    timeCommit: () => {
      const end = commits.startTimer();
      return () => void end();
    },
    countSent: (count) => sent.inc(count),
    close: () => register.clear(),
    render: async () => ({ contentType: register.contentType, text: await register.metrics() }),
  };
}
