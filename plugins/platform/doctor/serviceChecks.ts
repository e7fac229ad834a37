// What runs on top of the store: ports, device and licence, plugins, settings.
import type { CheckResult, PluginManifest } from '@postroom/sdk';
import type { BlockingPlugin, Licence, PluginAdministration, PortCatalogue, SettingsService } from '@postroom/sdk/services';
import { problemLine } from '@postroom/sdk/settings';
import { finding } from './findings.js';

export function checkPorts({ ports }: Pick<PortCatalogue, 'ports'>): readonly CheckResult[] {
  if (ports.length === 0) {
    return [
      finding(
        'warning',
        'ports',
        'No port is open here: no server runs on this data folder, or the service is stopped. Start it: postroom serve',
      ),
    ];
  }
  return ports.map(({ protocol, host, port, security, problem: trouble }) =>
    trouble === undefined
      ? finding('well', `${protocol} port ${port}`, `Open on ${host} (${security}).`)
      : finding('problem', `${protocol} port ${port}`, trouble),
  );
}

export function checkLicence({ verdict }: Pick<Licence, 'verdict'>): CheckResult {
  return verdict.granted
    ? finding('well', 'licence and device', `The service may run: ${verdict.edition}.`)
    : finding('problem', 'licence and device', `${verdict.reason} ${verdict.remedy}`);
}

export function checkPlugins(plugins: Pick<PluginAdministration, 'plugins' | 'blocking'>): readonly CheckResult[] {
  const blocking = plugins.blocking.filter(({ how }) => how !== 'changing');
  const failing = plugins.plugins.filter(
    ({ id, state, problems }) =>
      (state === 'failed' || (problems.length > 0 && state !== 'disabled')) && !blocking.some((each) => each.id === id),
  );
  const open = plugins.plugins.filter(({ state, bundled, manifest }) => state === 'active' && !bundled && failsOpen(manifest));
  return [
    ...blocking.map(mailWaits),
    ...failing.map((plugin) =>
      finding('problem', `plugin ${plugin.id}`, plugin.problems.join(' ') || 'It failed. "postroom plugins list" shows it.'),
    ),
    ...(failing.length + blocking.length === 0
      ? [finding('well', 'plugins', `${plugins.plugins.filter((plugin) => plugin.state === 'active').length} plugins are active.`)]
      : []),
    ...open.map(({ id }) => finding('well', `plugin ${id}`, 'It fails open: where it cannot look at a message, that goes on without it.')),
  ];
}

/** Whether the manifest says of a tap that mail goes on where it fails. */
function failsOpen(manifest: PluginManifest | undefined): boolean {
  return (manifest?.contributes?.taps ?? []).some(({ onError }) => onError === 'skip');
}

/** The two ways out: the plugin works again, or mail goes without it. Without an essential one mail cannot be sorted. */
function mailWaits({ id, why, how, isNeeded }: BlockingPlugin): CheckResult {
  const args = { plugin: id };
  const title = how === 'off' ? 'Enable it' : how === 'lapsed' ? 'Agree to this version' : 'Try again';
  const enable = { title, command: 'plugins.enable', args };
  const check = `plugin ${id}`;
  if (how === 'off') {
    const text = `It is needed to sort and was switched off: mail is held. Enable it: postroom plugins enable ${id}`;
    return { ...finding('problem', check, text), actions: [enable] };
  }
  if (isNeeded) {
    const text = `${why} Mail cannot be sorted without it and is held. Try again: postroom plugins enable ${id}`;
    return { ...finding('problem', check, text), actions: [enable] };
  }
  const ways = `${title}: postroom plugins enable ${id} - or have mail delivered without it: postroom plugins disable ${id}`;
  const warning = `Mail that ${id} has not seen goes to its recipients, what is held now included.`;
  const disable = { title: 'Deliver without it', command: 'plugins.disable', args, warning };
  return {
    ...finding(
      'problem',
      check,
      `${why} Mail is held until ${how === 'lapsed' ? 'somebody has agreed to that' : 'it runs again'}. ${ways}`,
    ),
    actions: [enable, disable],
  };
}

export function checkSettings(settings: Pick<SettingsService, 'problems' | 'place'>): readonly CheckResult[] {
  return settings.problems.length === 0
    ? [finding('well', 'settings', `${settings.place} is right.`)]
    : settings.problems.map((each) => finding(each.severity === 'error' ? 'problem' : 'warning', 'settings', problemLine(each)));
}
