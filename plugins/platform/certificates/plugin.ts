// The certificate that mail programs and browsers are shown, and the authority that people can trust once.
import type { PluginContext } from '@postroom/sdk';
import { whileProvided } from '@postroom/sdk/base';
import {
  Certificates,
  Clock,
  DataFolder,
  Documents,
  Events,
  Leases,
  SecretStore,
  SettingsService,
  StartMode,
  TrialPeriod,
} from '@postroom/sdk/services';
import { checkCertificate } from './certificateCheck.js';
import { authorityOf, certificateFacts } from './certificateFacts.js';
import { ServerCertificates } from './certificates.js';

export async function activate(context: PluginContext): Promise<void> {
  const clock = context.get(Clock);
  const trials = whileProvided(context, TrialPeriod);
  const certificates = new ServerCertificates({
    folder: context.get(DataFolder).path,
    documents: context.get(Documents),
    secrets: context.get(SecretStore),
    leases: context.get(Leases),
    settings: context.get(SettingsService),
    trial: () => trials()?.trial,
    clock,
    events: context.get(Events),
    log: context.log,
  });
  context.subscriptions.push(certificates);
  await certificates.open({ make: context.get(StartMode).serves });
  context.provide(Certificates, certificates);
  context.commands.register('certificate.show', () => certificateFacts(certificates));
  context.commands.register('certificate.authority', () => authorityOf(certificates));
  context.commands.register('certificate.check', () => [checkCertificate(certificates, clock)]);
}
