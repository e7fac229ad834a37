// What Prometheus gets to know of door threads. Pure.
import type { MetricSample } from '@postroom/sdk';
import type { DoorsState } from '@postroom/sdk/services';

export function doorMetrics({ open, most, crashed, mainLoad }: DoorsState): readonly MetricSample[] {
  return [
    { name: 'postroom_doors_open', type: 'gauge', help: 'Door threads that run.', value: open },
    { name: 'postroom_doors_most', type: 'gauge', help: 'Door threads that there may be.', value: most },
    { name: 'postroom_doors_crashed_total', type: 'counter', help: 'Door threads that ended by themselves.', value: crashed },
    {
      name: 'postroom_doors_main_load_ratio',
      type: 'gauge',
      help: "Part of the time that the main thread's event loop works, over the last second.",
      value: mainLoad,
    },
  ];
}
