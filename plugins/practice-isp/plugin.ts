// An ISP to practise with, inside the server: so that Postroom can be tried without one, and shown what it does when the ISP fails.
import type { PluginContext } from '@postroom/sdk';
import { PracticeIsp } from '@postroom/sdk/testing';
import { type PutArguments, putMessage, requireRunning, statusOf } from './commands.js';
import { type FaultArguments, switchFault } from './faults.js';

interface Ports {
  readonly pop3?: number;
  readonly smtp?: number;
  readonly device?: number;
}

export function activate(context: PluginContext): void {
  let isp: PracticeIsp | undefined;
  context.listen({
    name: 'Practice ISP',
    withoutLicence: true,
    start: async () => {
      isp = await PracticeIsp.start(optionsFrom(context.settings.get<Ports>('practice-isp.listen')));
      context.log.info('The practice ISP is open.', { pop3: isp.pop3.port, smtp: isp.smtp.port, device: isp.device.port });
      // None of Postroom's own doors: mail clients must not be sent here.
      return [];
    },
    stop: async () => {
      await isp?.stop();
      isp = undefined;
    },
  });
  context.commands.register('practice-isp.status', () => statusOf(requireRunning(isp)));
  context.commands.register('practice-isp.put', (args: PutArguments) => putMessage(requireRunning(isp), args));
  context.commands.register('practice-isp.fault', (args: FaultArguments) => switchFault(requireRunning(isp), args));
}

function optionsFrom({ pop3 = 0, smtp = 0, device = 0 }: Ports): Parameters<typeof PracticeIsp.start>[0] {
  return { pop3: { port: pop3 }, smtp: { port: smtp }, device: { port: device } };
}
