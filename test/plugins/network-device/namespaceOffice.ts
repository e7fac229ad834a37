// A whole server in a network namespace of its own, beside a device in another one: run by `unshare --net`, told what to do by its parent.
import '#core/base/injection.js';
import { Licence } from '@postroom/sdk/services';
import { VirtualClock } from '@postroom/sdk/testing';
import { Ports } from '#core/plugins/contributions/ports.js';
import { Postroom } from '../../kit/postroom.js';
import { until } from '../../kit/until.js';
import { ip, startDevice } from './cable.js';

export type Order =
  | { readonly order: 'set'; readonly settings: Readonly<Record<string, unknown>> }
  | { readonly order: 'plug' | 'unplug' }
  | { readonly order: 'advance'; readonly ms: number }
  | { readonly order: 'look' }
  | { readonly order: 'interfaces' };

/** What a look answers, and what came of it. */
export interface Seen {
  readonly seen: boolean;
  readonly granted: boolean;
  /** Why not; '' where it is granted. */
  readonly reason: string;
  readonly ports: number;
}

const clock = new VirtualClock();
const device = await startDevice();
const office = await Postroom.start({ clock });

const obey = async (order: Order): Promise<unknown> => {
  switch (order.order) {
    case 'set':
      for (const [key, value] of Object.entries(order.settings)) await office.run('config.set', { key, value: JSON.stringify(value) });
      return undefined;
    case 'plug':
      device.ip('link', 'set', 'device', 'up');
      // The kernel takes up to a second to notice, and longer to forget that nobody answered before.
      await until('the cable carries', () => ip('-oneline', 'link', 'show', 'office').includes('state UP'));
      ip('neighbour', 'flush', 'dev', 'office');
      return undefined;
    case 'unplug':
      return device.ip('link', 'set', 'device', 'down');
    case 'advance':
      return clock.advance(order.ms);
    case 'look': {
      const { seen } = await office.run<{ seen: boolean }>('network-device.look');
      const { verdict } = office.service(Licence);
      await until('the ports follow the verdict', () => office.service(Ports).ports.length === (verdict.granted ? 2 : 0));
      return { seen, granted: verdict.granted, reason: verdict.granted ? '' : verdict.reason, ports: office.service(Ports).ports.length };
    }
    case 'interfaces':
      return (JSON.parse(ip('-json', 'link')) as readonly { ifname: string }[]).map(({ ifname }) => ifname);
  }
};
process.on('message', (order: Order) => {
  void obey(order).then(
    (answer) => process.send?.({ answer }),
    (error: unknown) => process.send?.({ problem: String(error) }),
  );
});
process.on('disconnect', () => {
  device.process.kill();
  void office.stop();
});
process.send?.({ answer: 'ready' });
