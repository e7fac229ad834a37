// The network device: Postroom works only where it sees it (the manual, Introduction and Trouble #1).
import type { PluginContext } from '@postroom/sdk';
import { Clock, Leases, Licence, ServerNode } from '@postroom/sdk/services';
import { deviceName } from './device.js';
import { look } from './look.js';
import { Memory } from './memory.js';
import { Sightings } from './sightings.js';
import { type DeviceStatus, DeviceWatch } from './watch.js';

/**
 * A start waits so long for the first look, so that the mail ports open with the others. A device that answers does so in milliseconds, but the
 * machine may be busy with its own start.
 */
const FIRST_LOOK_MS = 2_000;

export async function activate(context: PluginContext): Promise<void> {
  const clock = context.get(Clock);
  const { name } = context.get(ServerNode);
  let onAnswer: () => void = () => undefined;
  const firstAnswer = new Promise<void>((resolve) => {
    onAnswer = resolve;
  });
  const watch = new DeviceWatch({
    settings: context.settings,
    clock,
    memory: new Memory(context.state, name),
    sightings: new Sightings(context.get(Leases), name),
    log: context.log,
    look,
    onDidChange: () => onAnswer(),
  });
  context.subscriptions.push(watch);

  context.hooks.onLicenseCheck.tap('require', (query) => (query.kind === 'run' ? watch.verdict() : undefined));
  context.commands.register('network-device.status', () => watch.status());
  context.commands.register('network-device.look', async () => {
    await watch.lookNow();
    return watch.status();
  });
  context.commands.register('network-device.card', () => card(watch.status()));
  context.subscriptions.push(context.settings.onDidChange(['licensing.device.'], () => watch.reconfigure()));

  await watch.start();
  // Where no device is set, and no other server sees one, the look ends without an answer.
  if (!watch.inGrace) await within(FIRST_LOOK_MS, clock, Promise.race([firstAnswer, watch.lookNow()]));
  // Until here the host asks by itself, when every plugin is active.
  onAnswer = () => void context.get(Licence).recheck();
}

/** Resolves with `work`, at the latest after `ms`. */
async function within(ms: number, clock: Clock, work: Promise<void>): Promise<void> {
  await new Promise<void>((resolve) => {
    // After a standstill of the whole machine timers come first: an answer that is here by then still counts.
    const timer = clock.after(ms, () => setImmediate(resolve));
    void work.then(() => {
      void timer.dispose();
      resolve();
    });
  });
}

function card(status: DeviceStatus): { readonly state: 'good' | 'warning' | 'bad'; readonly text: string } {
  if (status.seen === true) return { state: 'good', text: `${deviceName(status)} is seen` };
  if (status.seenBy.length > 0) return { state: 'good', text: `It is seen by ${status.seenBy.join(', ')}` };
  if (status.address === '') return { state: 'bad', text: 'No address is set' };
  return { state: status.satisfied ? 'warning' : 'bad', text: `${deviceName(status)} ${status.why ?? 'is being looked for'}` };
}
