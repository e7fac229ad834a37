// What runs on top of the store: ports, device and licence, plugins, settings.
import type { CheckResult } from '@postroom/sdk';
import type { BlockingPlugin, Licence, SettingsService } from '@postroom/sdk/services';
import { problemLine } from '@postroom/sdk/settings';
import type { Doors } from '../host/doors.js';
import { failsOpen } from '../host/failClosed.js';
import type { PluginHost } from '../host/pluginHost.js';
import { problem, warning, well } from './checkResult.js';

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
    ? [well('settings', `${settings.place} is right.`)]
    : settings.problems.map((each) => (each.severity === 'error' ? problem : warning)('settings', problemLine(each)));
}
