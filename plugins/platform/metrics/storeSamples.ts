// What Prometheus should know of the store, for alarms: whether it works, and the servers on it.
import type { MetricSample } from '@postroom/sdk';
import type { Leases, StoreMaintenance } from '@postroom/sdk/services';

/** While the store cannot be asked who is on it, that is left out. */
export async function storeSamples(
  { trouble }: Pick<StoreMaintenance, 'trouble'>,
  leases: Pick<Leases, 'servers'>,
): Promise<readonly MetricSample[]> {
  const servers = await leases.servers().catch(() => undefined);
  return [
    gauge('postroom_store_up', '1 while the store can be written, 0 since it failed or cannot be reached.', trouble === undefined ? 1 : 0),
    ...(servers === undefined
      ? []
      : [
          gauge('postroom_store_servers', 'Servers on the store that are heard of.', servers.filter(({ isGone }) => !isGone).length),
          gauge('postroom_leases_held', 'What this server alone does.', servers.find(({ isThis }) => isThis)?.holds.length ?? 0),
        ]),
  ];
}

function gauge(name: string, help: string, value: number): MetricSample {
  return { name, type: 'gauge', help, value };
}
