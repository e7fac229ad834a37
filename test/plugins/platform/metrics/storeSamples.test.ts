// The store on the page for Prometheus, while it works and while it is away.
import type { StoreServer } from '@postroom/sdk/services';
import { expect } from 'chai';
import { storeSamples } from '#plugins/platform/metrics/dist/storeSamples.js';

const AT = new Date('2026-11-23T10:00:00Z');

describe('the metrics of the store', () => {
  const server = (name: string, others: Partial<StoreServer> = {}): StoreServer => ({
    ...{ id: 1, name, isThis: false, isGone: false, since: AT, heardAt: AT, holds: [] },
    ...others,
  });
  const values = async (trouble: Error | undefined, servers: () => Promise<readonly StoreServer[]>): Promise<object> =>
    Object.fromEntries((await storeSamples({ trouble }, { servers })).map(({ name, value }) => [name, value]));

  it('say that it works, how many servers are on it, and what this one holds', async () => {
    const holds = ['tidy', 'schedule'].map((lease) => ({ lease, since: AT }));
    const servers = [server('a', { isThis: true, holds }), server('b', { holds }), server('c', { isGone: true })];
    expect(await values(undefined, async () => servers)).to.deep.equal({
      ...{ postroom_store_up: 1, postroom_store_servers: 2, postroom_leases_held: 2 },
    });
  });

  it('say that it does not, and nothing of servers, while it cannot be asked', async () => {
    const away = new Error('The database server is away.');
    expect(await values(away, () => Promise.reject(away))).to.deep.equal({ postroom_store_up: 0 });
  });
});
