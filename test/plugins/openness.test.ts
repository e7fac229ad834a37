// The product's own plugins are written against the API that strangers have. What they take beyond it stands in this table: a new entry is a
// decision, not an accident.
import path from 'node:path';
import * as services from '@postroom/sdk/services';
import { expect } from 'chai';
import { readPlugin } from '#core/plugins/manifests/discovery.js';
import { ROOT, sourcesIn } from '../kit/sourceFiles.js';

interface Privilege {
  /** Services of the host, which only code inside it can have. */
  readonly services?: readonly string[];
  /** Opens ports by `context.listen`. */
  readonly listens?: true;
  /** What `plugins validate` would hold against a stranger. */
  readonly forbidden?: readonly string[];
}

const STORE = "It has a store, which is for the product's own plugins.";
const EDITION = "It declares an edition, which is for the product's own plugins.";
const COLLECTS = "It collects accounts, which is for the product's own plugins.";
const SERVES = ['Accounts', 'Authenticator', 'Certificates', 'Clock', 'Events'];

const OURS_ALONE: Readonly<Record<string, Privilege>> = {
  addressees: { services: ['Accounts', 'Clock'] },
  'admin-ui': {
    services: [
      'AdminPassword',
      'Authenticator',
      'Certificates',
      'Clock',
      'CommandCatalogue',
      'Events',
      'PluginCatalogue',
      'SettingsService',
    ],
    listens: true,
  },
  demo: { services: ['Accounts', 'MailStore', 'Outbox', 'PortCatalogue', 'SecretStore'] },
  'isp-domainpop': { services: ['Accounts', 'RecentMail', 'Teaching'] },
  'isp-regular': { services: ['Accounts', 'BccAddresses', 'Clock', 'Teaching'] },
  'licensing-lite': { forbidden: [EDITION, 'onLicenseCheck'] },
  'licensing-pro': { forbidden: [EDITION, 'onLicenseCheck'] },
  'mailing-lists': { services: ['Teaching'] },
  'network-device': { services: ['Clock', 'Leases', 'Licence', 'ServerNode'], forbidden: ['onLicenseCheck'] },
  'platform/backup': { services: ['ActivityLog', 'Clock', 'DataFolder', 'SecretStore', 'ServerName', 'StoreFiles', 'StoreMaintenance'] },
  'platform/certificates': {
    services: [
      ...['Certificates', 'Clock', 'DataFolder', 'Documents', 'Events', 'Leases', 'SecretStore', 'SettingsService'],
      ...['StartMode', 'TrialPeriod'],
    ],
  },
  'platform/cli': {
    services: ['Clock', 'Licence', 'Log', 'NodeCommands', 'PluginPacker', 'PortCatalogue', 'ServerNode', 'SettingsService'],
    forbidden: ["It names a program, which is for the product's own plugins."],
  },
  'platform/doctor': {
    services: [
      ...['Accounts', 'ActivityLog', 'Clock', 'CommandCatalogue', 'ContributedEntries', 'DataFolder', 'FreeSpace', 'Licence', 'MailStore'],
      ...['PluginAdministration', 'PortCatalogue', 'SettingsService', 'SettingsSource', 'StoreFiles', 'StoreMaintenance'],
    ],
  },
  'platform/doors': { services: ['ContributedEntries', 'Doors', 'PluginCatalogue', 'PluginSupervision', 'StartMode'] },
  'platform/housekeeping': {
    services: [
      ...['ActivityLog', 'Clock', 'CommandCatalogue', 'ContributedEntries', 'Events', 'Journal', 'Leases', 'Notices', 'PluginStorages'],
      ...['PluginSupervision', 'SettingsService', 'StandingProblems', 'StartMode', 'Startup', 'StoreMaintenance'],
    ],
  },
  'platform/isolation': { services: ['Clock', 'DataFolder', 'IsolatedModules', 'PluginCatalogue', 'PortCatalogue', 'SettingsService'] },
  'platform/logins': { services: ['Accounts', 'Authenticator', 'Clock', 'Events', 'SecretStore'] },
  'platform/mail-commands': {
    services: ['Accounts', 'ActivityLog', 'Events', 'HeldMail', 'Journal', 'MailStore', 'Outbox', 'Sending'],
  },
  'platform/metrics': {
    services: [
      ...[
        'Clock',
        'CommandCatalogue',
        'ContributedEntries',
        'Events',
        'Figures',
        'Leases',
        'MailStore',
        'Outbox',
        'PluginSupervision',
        'StoreMaintenance',
      ],
    ],
  },
  'platform/node-commands': {
    services: [
      ...['Clock', 'CommandCatalogue', 'Documents', 'Leases', 'NodeCommands', 'SettingsService', 'SharedKey', 'StartMode', 'Startup'],
    ],
  },
  'platform/plugin-manager': {
    services: [
      ...[
        'Accounts',
        'Clock',
        'DataFolder',
        'Documents',
        'PluginAdministration',
        'PluginPacker',
        'PluginReader',
        'PluginStorages',
        'SecretStore',
        'SettingsService',
        'StandingProblems',
        'Startup',
      ],
    ],
    forbidden: ['new', 'validate', 'pack'].map(
      (verb) => `Its command plugins.${verb} says "local", which only the product's own plugins may.`,
    ),
  },
  'platform/review': {
    services: [
      ...['Accounts', 'CommandCatalogue', 'Journal', 'MailStore', 'Outbox', 'RecentMail', 'Resorting', 'SettingsService', 'Teaching'],
      ...['WhatIf'],
    ],
  },
  'platform/secrets': { services: ['AdminPassword', 'Clock', 'DataFolder', 'Documents', 'SecretStore', 'SharedKey', 'StandingProblems'] },
  'platform/service-commands': {
    services: [
      ...['Accounts', 'CommandCatalogue', 'Doors', 'Events', 'Figures', 'Leases', 'Licence', 'MailStore', 'Outbox', 'PluginAdministration'],
      ...['PortCatalogue', 'Rounds', 'Schedule', 'ServiceSwitch', 'StandingProblems', 'TrialPeriod'],
    ],
  },
  'platform/settings-commands': {
    services: [
      ...['Accounts', 'BccAddresses', 'CommandCatalogue', 'Leases', 'MailStore', 'PluginAdministration', 'PluginCatalogue'],
      ...['RecentMail', 'Rounds', 'SecretStore', 'SettingsService', 'TrialPeriod', 'WhatIf'],
    ],
  },
  'platform/setup': { services: ['CommandCatalogue', 'PluginAdministration', 'SettingsService'] },
  'platform/settings-file': { services: ['Clock', 'DataFolder', 'Documents', 'SettingsSource'] },
  'platform/store-commands': { services: ['Clock', 'ContributedEntries', 'DataFolder', 'StoreTransfer'] },
  'platform/store-sqlite': {
    services: [
      ...['ActivityLog', 'Clock', 'DataFolder', 'Documents', 'Events', 'Journal', 'Leases', 'MailStore', 'Maildrops', 'Outbox'],
      ...['PluginStorages', 'Revisions', 'ServerNode', 'StoreFiles', 'StoreMaintenance', 'StoreTransfer'],
    ],
    forbidden: [STORE],
  },
  'platform/trial-period': { services: ['Clock', 'Documents', 'Events', 'Leases', 'SettingsService', 'StartMode', 'TrialPeriod'] },
  'platform/watchdog': { services: ['ActivityLog', 'Clock', 'DataFolder', 'Events', 'PluginSupervision', 'ServerProcess'] },
  pop3: { services: [...SERVES, 'Doors', 'Maildrops'].sort(), listens: true, forbidden: ['onFetch', COLLECTS] },
  'practice-isp': { listens: true },
  smtp: { services: [...SERVES, 'Doors', 'PluginCatalogue', 'Submissions'].sort(), listens: true },
  'reply-thread': { services: ['Clock'] },
  'store-postgres': {
    services: [
      ...[
        'ActivityLog',
        'Clock',
        'DataFolder',
        'Documents',
        'Events',
        'Journal',
        'Leases',
        'MailStore',
        'Maildrops',
        'Outbox',
        'PluginStorages',
        'Revisions',
      ],
      ...['ServerNode', 'StartMode', 'StoreMaintenance', 'StoreTransfer'],
    ],
    forbidden: [STORE],
  },
};

const sources = sourcesIn('plugins').filter(({ name }) => !name.includes('/web/'));
/** Below `plugins`; of the platform's plugins with the pack's folder in front. */
const folders = [...new Set(sources.map(({ name }) => /^plugins\/((?:platform\/)?[^/]+)/.exec(name)?.[1] ?? ''))].sort();
/** Names that are for the host itself. */
const HOSTS_OWN = ['createServiceId', 'setServiceInjector'];
const SERVICES = Object.entries(services).flatMap(([name, value]) => (typeof value === 'function' && 'serviceName' in value ? [name] : []));

/** What the SDK's services have beside them, for those that provide them. */
const TOOLS = Object.keys(services).filter((name) => !SERVICES.includes(name) && !HOSTS_OWN.includes(name));

function textOf(folder: string): string {
  return sources
    .filter(({ name }) => name.startsWith(`plugins/${folder}/`))
    .map(({ text }) => text)
    .join('\n');
}

/** Services, and not types or tools, that are imported from the SDK's services. */
function imported(text: string): readonly string[] {
  const lists = [...text.matchAll(/import \{([^}]*)\} from '@postroom\/sdk\/services'/g)].flatMap(([, list = '']) => list.split(','));
  const names = lists.map((each) => each.trim()).filter((each) => each !== '' && !each.startsWith('type '));
  return [...new Set(names.filter((name) => !TOOLS.includes(name)))].sort();
}

async function privilegesOf(folder: string): Promise<Privilege> {
  const text = textOf(folder);
  const used = imported(text);
  const read = await readPlugin(path.join(ROOT, 'plugins', folder), false);
  // The product's name they all have, and services are told by themselves.
  const told = /^Its publisher is "postroom"|^It (?:provides|requires|uses) the service |^It starts before the settings/;
  const problems = read.problems.filter((problem) => !told.test(problem));
  return {
    ...(used.length > 0 && { services: used }),
    ...(/\blisten\(/.test(text) && /context\.listen|\{[^}]*\blisten\b[^}]*\} = context/.test(text) && { listens: true }),
    ...(problems.length > 0 && { forbidden: problems.map((each) => /taps (\w+)/.exec(each)?.[1] ?? each) }),
  };
}

describe("the product's own plugins", () => {
  it('take no more than the table grants them', async () => {
    const found: Record<string, Privilege> = {};
    for (const folder of folders) {
      const privilege = await privilegesOf(folder);
      if (Object.keys(privilege).length > 0) found[folder] = privilege;
    }
    expect(found).to.deep.equal(OURS_ALONE);
  });

  it('ask for services by the ids of the SDK, and make none', () => {
    for (const folder of folders) {
      const text = textOf(folder);
      expect(SERVICES, folder).to.include.members([...imported(text)]);
      expect(imported(text), folder).not.to.include.members(HOSTS_OWN);
      // What is asked for is written where it is asked for: a name that was imported.
      for (const [, asked = ''] of text.matchAll(/context\.get\((\w+)\)/g)) expect(imported(text), folder).to.include(asked);
    }
  });

  it('reach into nothing of the host', () => {
    const behindTheApi = /#(?:core|test)\/|inversify|reflect-metadata|process\.mainModule|createRequire/;
    // The process of an isolated plugin has no host in it: there Node's own loader is closed.
    const inHost = sources.filter(({ name }) => !/^plugins\/platform\/isolation\/(?:allowList|child)\//.test(name));
    expect(inHost.filter(({ text }) => behindTheApi.test(text)).map(({ name }) => name)).to.deep.equal([]);
  });
});
