// The page for Prometheus (text exposition format 0.0.4), and the server's figures as it has them. Pure.
import type { MetricSample } from '@postroom/sdk';
import type { FiguresNow } from '@postroom/sdk/services';

interface OwnMetric extends Omit<MetricSample, 'value'> {
  readonly value: (figures: FiguresNow) => number;
}

/** Base units, as Prometheus wants them: seconds and bytes. */
const METRICS: readonly OwnMetric[] = [
  { name: 'postroom_up_seconds', type: 'gauge', help: 'Seconds since the start.', value: (now) => now.upSeconds },
  {
    name: 'postroom_messages_accepted_total',
    type: 'counter',
    help: 'Messages collected, submitted or made here.',
    value: (now) => now.accepted,
  },
  { name: 'postroom_messages_picked_up_total', type: 'counter', help: 'Messages picked up by mail clients.', value: (now) => now.pickedUp },
  { name: 'postroom_commits_total', type: 'counter', help: 'Commits of the store.', value: (now) => now.commits },
  { name: 'postroom_commit_seconds_p50', type: 'gauge', help: 'Median of the last 1000 commits.', value: (now) => now.commitMsP50 / 1000 },
  {
    name: 'postroom_commit_seconds_p99',
    type: 'gauge',
    help: '99th percentile of the last 1000 commits.',
    value: (now) => now.commitMsP99 / 1000,
  },
  {
    name: 'postroom_outbox_oldest_seconds',
    type: 'gauge',
    help: 'Age of the oldest message in the Outbox.',
    value: (now) => now.outboxOldestSeconds,
  },
  {
    name: 'postroom_inbox_oldest_seconds',
    type: 'gauge',
    help: 'Age of the oldest message in a mailbox.',
    value: (now) => now.inboxOldestSeconds,
  },
  {
    name: 'postroom_event_loop_delay_seconds_p50',
    type: 'gauge',
    help: 'How late the event loop comes, median.',
    value: (now) => now.eventLoopDelayMsP50 / 1000,
  },
  {
    name: 'postroom_event_loop_delay_seconds_p99',
    type: 'gauge',
    help: 'How late the event loop comes, 99th percentile.',
    value: (now) => now.eventLoopDelayMsP99 / 1000,
  },
  {
    name: 'postroom_event_loop_delay_seconds_max',
    type: 'gauge',
    help: 'How late the event loop came at most.',
    value: (now) => now.eventLoopDelayMsMax / 1000,
  },
  { name: 'process_resident_memory_bytes', type: 'gauge', help: 'Resident memory.', value: (now) => Math.round(now.memoryMB * 2 ** 20) },
  {
    name: 'nodejs_heap_size_used_bytes',
    type: 'gauge',
    help: 'Memory that JavaScript objects take.',
    value: (now) => Math.round(now.heapMB * 2 ** 20),
  },
];

export function ownSamples(figures: FiguresNow): readonly MetricSample[] {
  return METRICS.map((metric) => ({ ...metric, value: metric.value(figures) }));
}

export function exposition(samples: readonly MetricSample[]): string {
  return samples
    .map(({ name, type, help, value }) => `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type}\n${name} ${value}\n`)
    .join('');
}

/** A line of its own would be taken for another metric. */
function escaped(help: string): string {
  return help.replaceAll('\\', '\\\\').replaceAll('\r', '').replaceAll('\n', '\\n');
}
