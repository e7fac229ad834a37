// What runs on top of the store: ports, device and licence, plugins, settings, certificate.
import { X509Certificate } from 'node:crypto';
import { PostroomError } from '@postroom/sdk';
import type { Certificates, Clock, Licence } from '@postroom/sdk/services';
import { problemLine } from '../configuration/problems.js';
import type { SettingsService } from '../configuration/settingsService.js';
import type { Doors } from '../host/doors.js';
import type { PluginHost } from '../host/pluginHost.js';
import { type Finding, problem, warning, well } from './finding.js';

const DAY_MS = 86_400_000;
/** A certificate that ends sooner is worth a warning. */
const EXPIRY_WARNING_DAYS = 14;

export function checkPorts(doors: Doors): readonly Finding[] {
  if (doors.ports.length === 0) {
    return [
      warning('ports', 'No port is open here: no server runs on this data folder, or the service is stopped. Start it: postroom serve'),
    ];
  }
  return doors.ports.map(({ protocol, host, port, security, problem: trouble }) =>
    trouble === undefined
      ? well(`${protocol} port ${port}`, `Open on ${host} (${security}).`)
      : problem(`${protocol} port ${port}`, trouble),
  );
}

export function checkLicence(licence: Licence): Finding {
  const { verdict } = licence;
  return verdict.granted
    ? well('licence and device', `The service may run: ${verdict.edition}.`)
    : problem('licence and device', `${verdict.reason} ${verdict.remedy}`);
}

export function checkPlugins(plugins: PluginHost): readonly Finding[] {
  const failing = plugins.plugins.filter(
    (plugin) => plugin.state === 'failed' || (plugin.problems.length > 0 && plugin.state !== 'disabled'),
  );
  const missing = plugins.missingEssential;
  return [
    ...failing.map((plugin) => problem(`plugin ${plugin.id}`, plugin.problems.join(' ') || 'It failed. "postroom plugins list" shows it.')),
    ...(missing.length === 0
      ? []
      : [
          problem('plugins', `${missing.join(', ')} is needed to sort and is not active: mail is held. Enable it: postroom plugins enable`),
        ]),
    ...(failing.length + missing.length === 0
      ? [well('plugins', `${plugins.plugins.filter((plugin) => plugin.state === 'active').length} plugins are active.`)]
      : []),
  ];
}

export function checkSettings(settings: SettingsService): readonly Finding[] {
  return settings.problems.length === 0
    ? [well('settings', `${settings.path} is right.`)]
    : settings.problems.map((each) => (each.severity === 'error' ? problem : warning)('settings', problemLine(each)));
}

export function checkCertificate(certificates: Certificates, clock: Clock): Finding {
  let made: string;
  try {
    made = certificates.pem.cert;
  } catch (error) {
    if (error instanceof PostroomError && error.code === 'data/missing') return well('certificate', error.message);
    throw error;
  }
  const { validFrom, validTo, subjectAltName = '' } = new X509Certificate(made);
  const left = new Date(validTo).getTime() - clock.now().getTime();
  const way = 'Put a new one in the place of tls.certificateFile; where that is not set, a restart makes one.';
  if (left <= 0) {
    return problem('certificate', `The certificate ended on ${validTo}. ${way}`);
  }
  if (new Date(validFrom).getTime() > clock.now().getTime()) {
    return problem(
      'certificate',
      `The certificate begins on ${validFrom}, which the clock says is to come. Look at the clock of this machine.`,
    );
  }
  return left < EXPIRY_WARNING_DAYS * DAY_MS
    ? warning('certificate', `The certificate ends on ${validTo}. ${way}`)
    : well('certificate', `For ${subjectAltName}; until ${validTo}.`);
}
