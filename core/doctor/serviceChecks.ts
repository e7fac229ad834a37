// What runs on top of the store: ports, device and licence, plugins, settings, certificate.
import { X509Certificate } from 'node:crypto';
import { PostroomError } from '@postroom/sdk';
import { problemLine } from '@postroom/sdk/base';
import type { BlockingPlugin, Clock, Licence } from '@postroom/sdk/services';
import type { SettingsService } from '../configuration/settingsService.js';
import { namesIn } from '../directory/certificatePair.js';
import type { CertificateState } from '../directory/certificates.js';
import type { Doors } from '../host/doors.js';
import { failsOpen } from '../host/failClosed.js';
import type { PluginHost } from '../host/pluginHost.js';
import { type CheckResult, problem, warning, well } from './checkResult.js';

const DAY_MS = 86_400_000;
/** A certificate that ends sooner is worth a warning. */
const EXPIRY_WARNING_DAYS = 14;

export function checkPorts(doors: Doors): readonly CheckResult[] {
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

export function checkLicence(licence: Licence): CheckResult {
  const { verdict } = licence;
  return verdict.granted
    ? well('licence and device', `The service may run: ${verdict.edition}.`)
    : problem('licence and device', `${verdict.reason} ${verdict.remedy}`);
}

export function checkPlugins(plugins: PluginHost): readonly CheckResult[] {
  const blocking = plugins.blocking.filter(({ how }) => how !== 'changing');
  const failing = plugins.plugins.filter(
    ({ id, state, problems }) =>
      (state === 'failed' || (problems.length > 0 && state !== 'disabled')) && !blocking.some((each) => each.id === id),
  );
  const open = plugins.plugins.filter(({ state, bundled, manifest }) => state === 'active' && !bundled && failsOpen(manifest));
  return [
    ...blocking.map(mailWaits),
    ...failing.map((plugin) => problem(`plugin ${plugin.id}`, plugin.problems.join(' ') || 'It failed. "postroom plugins list" shows it.')),
    ...(failing.length + blocking.length === 0
      ? [well('plugins', `${plugins.plugins.filter((plugin) => plugin.state === 'active').length} plugins are active.`)]
      : []),
    ...open.map(({ id }) => well(`plugin ${id}`, 'It fails open: where it cannot look at a message, that goes on without it.')),
  ];
}

/** The two ways out: the plugin works again, or mail goes without it. Without an essential one mail cannot be sorted. */
function mailWaits({ id, why, how, isNeeded }: BlockingPlugin): CheckResult {
  const args = { plugin: id };
  const title = how === 'off' ? 'Enable it' : how === 'lapsed' ? 'Agree to this version' : 'Try again';
  const enable = { title, command: 'plugins.enable', args };
  const check = `plugin ${id}`;
  if (how === 'off') {
    const text = `It is needed to sort and was switched off: mail is held. Enable it: postroom plugins enable ${id}`;
    return { ...problem(check, text), actions: [enable] };
  }
  if (isNeeded) {
    const text = `${why} Mail cannot be sorted without it and is held. Try again: postroom plugins enable ${id}`;
    return { ...problem(check, text), actions: [enable] };
  }
  const ways = `${title}: postroom plugins enable ${id} - or have mail delivered without it: postroom plugins disable ${id}`;
  const warning = `Mail that ${id} has not seen goes to its recipients, what is held now included.`;
  const disable = { title: 'Deliver without it', command: 'plugins.disable', args, warning };
  return {
    ...problem(check, `${why} Mail is held until ${how === 'lapsed' ? 'somebody has agreed to that' : 'it runs again'}. ${ways}`),
    actions: [enable, disable],
  };
}

export function checkSettings(settings: SettingsService): readonly CheckResult[] {
  return settings.problems.length === 0
    ? [well('settings', `${settings.path} is right.`)]
    : settings.problems.map((each) => (each.severity === 'error' ? problem : warning)('settings', problemLine(each)));
}

export function checkCertificate(certificates: CertificateState, clock: Clock): CheckResult {
  let made: string;
  try {
    made = certificates.pem.cert;
  } catch (error) {
    if (error instanceof PostroomError && error.code === 'data/missing') return well('certificate', error.message);
    throw error;
  }
  const { authority, renewal } = certificates;
  const { validFrom, validTo, fingerprint256 } = new X509Certificate(made);
  const left = new Date(validTo).getTime() - clock.now().getTime();
  const way = authority === undefined ? 'Put a new one in the place of tls.certificateFile.' : 'The server makes a new one when it runs.';
  if (left <= 0) {
    return problem('certificate', `The certificate ended on ${validTo}. ${way}`);
  }
  if (new Date(validFrom).getTime() > clock.now().getTime()) {
    return problem(
      'certificate',
      `The certificate begins on ${validFrom}, which the clock says is to come. Look at the clock of this machine. ${way}`,
    );
  }
  if (certificates.problem !== undefined) return problem('certificate', certificates.problem);
  if (authority === undefined && left < EXPIRY_WARNING_DAYS * DAY_MS) {
    return warning('certificate', `The certificate ends on ${validTo}. ${way}`);
  }
  const names = `For ${namesIn(made).join(', ')}. SHA-256 ${fingerprint256}.`;
  return well(
    'certificate',
    authority === undefined || renewal === undefined
      ? `${names} Until ${validTo}.`
      : `${names} Renewed by itself on ${renewal.toISOString().slice(0, 10)}; mail programs that trust the authority do not notice (SHA-256 ${new X509Certificate(authority).fingerprint256}; to hand it out: postroom certificate authority).`,
  );
}
