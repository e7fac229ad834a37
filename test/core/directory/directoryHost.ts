// Accounts of both kinds in a server's directory.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HostSettings } from '#core/configuration/inForce/hostSettings.js';
import { SettingsAccounts } from '#core/directory/accounts.js';
import { bundledManifests } from '#test/core/configuration/manifests.js';
import { Office } from '#test/core/configuration/memoryRevisions.js';

const SETTINGS = `{
  "server.name": "post.company.com",
  "accounts": {
    "company": {
      "kind": "regular", "address": "Mail@Company.com",
      "users": { "andrew": { "names": ["Andrew Smith"] }, "greg": { "cc.to": ["andrew"] }, "both": {} }
    },
    "works": {
      "kind": "domain", "address": "post@Bücher.example", "isp-domainpop.domains": ["works.example"],
      "users": { "lisa": { "aliases": ["sales", "l.jones"] }, "Both": {}, "mark": { "aliases": ["mark@works.example"] } }
    }
  }
}`;

/** The machine's address in these tests. */
export const MACHINE = '192.168.1.5';

export async function openDirectory(): Promise<{
  office: Office;
  settings: HostSettings;
  accounts: SettingsAccounts;
  close(): Promise<void>;
}> {
  const office = await Office.open();
  await writeFile(join(office.path, 'settings.json'), SETTINGS);
  const settings = new HostSettings(office.source(), office.revisions, office.events, office.log, office.node);
  await settings.open(bundledManifests());
  const accounts = new SettingsAccounts(settings, () => [MACHINE, 'fd00::5']);
  const close = async (): Promise<void> => {
    await settings.dispose();
    await office.close();
  };
  return { office, settings, accounts, close };
}
