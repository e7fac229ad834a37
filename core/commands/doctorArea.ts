// doctor: looks at everything that mail depends on, and says of each whether it is well.
import type { CheckResult, CommandCall } from '@postroom/sdk';
import {
  Accounts,
  ActivityLog,
  Clock,
  ContributedEntries,
  DataFolder,
  Licence,
  MailStore,
  SecretStore,
  SettingsService,
  StoreMaintenance,
} from '@postroom/sdk/services';
import { neededSecrets } from '@postroom/sdk/settings';
import { inject } from '../base/inject.js';
import { checkResult } from '../doctor/checkResult.js';
import { contributedChecks } from '../doctor/contributedChecks.js';
import { checkFileSystem, checkRights } from '../doctor/folderChecks.js';
import { checkAdvice, checkLogins, checkPasswords } from '../doctor/ispChecks.js';
import { checkLicence, checkPlugins, checkPorts, checkSettings } from '../doctor/serviceChecks.js';
import { checkClock, checkDatabase, checkDurability, checkEnd, checkRoom, checkSetAside } from '../doctor/storeChecks.js';
import { DiskSpace } from '../flow/intake/diskSpace.js';
import { CommandRegistry } from '../host/commandRegistry.js';
import { Doors } from '../host/doors.js';
import { PluginHost } from '../host/pluginHost.js';
import { LostEndReport } from '../maintenance/lostEndReport.js';
import { type CommandArea, type HandlersOf, handler } from './area.js';
import type { DOCTOR_COMMANDS } from './doctorDeclarations.js';

export class DoctorArea implements CommandArea {
  constructor(
    @DataFolder private readonly folder: DataFolder,
    @StoreMaintenance private readonly upkeep: StoreMaintenance,
    @MailStore private readonly store: MailStore,
    @inject(DiskSpace) private readonly room: DiskSpace,
    @ActivityLog private readonly log: ActivityLog,
    @Clock private readonly clock: Clock,
    @SettingsService private readonly settings: SettingsService,
    @inject(PluginHost) private readonly plugins: PluginHost,
    @inject(Doors) private readonly doors: Doors,
    @Licence private readonly licence: Licence,
    @Accounts private readonly accounts: Accounts,
    @SecretStore private readonly secrets: SecretStore,
    @inject(CommandRegistry) private readonly registry: CommandRegistry,
    @inject(LostEndReport) private readonly lostEnd: LostEndReport,
    @ContributedEntries private readonly entries: ContributedEntries,
  ) {}

  readonly handlers: HandlersOf<typeof DOCTOR_COMMANDS> = {
    doctor: handler<{ logins: boolean }>(async ({ logins }, call): Promise<readonly CheckResult[]> => {
      return [
        await checkResult('data folder', () => checkRights(this.folder.path)),
        await checkResult('file system', () => checkFileSystem(this.folder.path)),
        await checkResult('database', () => checkDatabase(this.upkeep)),
        await checkResult('last changes', () => checkEnd(this.lostEnd)),
        await checkResult('durability', () => checkDurability(this.upkeep)),
        await checkResult('disk', () => checkRoom(this.room, this.store)),
        await checkResult('clock', () => checkClock(this.clock, this.log)),
        ...checkSettings(this.settings),
        ...checkPlugins(this.plugins),
        checkLicence(this.licence),
        ...checkPorts(this.doors),
        ...(await contributedChecks(this.entries, { commands: this.registry, accounts: this.accounts }, call)),
        ...checkPasswords(
          this.accounts,
          (account) => neededSecrets(account, this.plugins.accountSecrets, this.settings.schema),
          this.secrets,
        ),
        ...(logins ? await checkLogins(this.accounts, this.registry, call) : []),
        ...(await this.#checkAdvice(logins, call)),
        await checkResult('held mail', () => checkSetAside(this.store)),
      ];
    }),
  };

  /** Where no mail is stored a check may look at what waits at the ISP, which needs consent. */
  async #checkAdvice(goesOnline: boolean, call: CommandCall): Promise<readonly CheckResult[]> {
    const findings: CheckResult[] = [];
    for (const account of this.accounts.all) {
      if (!goesOnline && (await this.store.recent(1, account.id)).length === 0) continue;
      findings.push(...(await checkAdvice(account, { registry: this.registry, settings: this.settings }, call)));
    }
    return findings;
  }
}
